/** A response other than 2xx, in the shape of Octokit's errors, so that all are explained and retried the same way. */
export class ResponseError extends Error {
  override name = 'ResponseError';
  readonly status: number;
  readonly response: { headers: Record<string, string | undefined>; data: unknown };

  constructor(status: number, headers: Record<string, string | undefined>, data: unknown) {
    const message = (data as { message?: unknown } | undefined)?.message;
    super(typeof message === 'string' ? message : `HTTP ${status}`);
    this.status = status;
    this.response = { headers, data };
  }
}
