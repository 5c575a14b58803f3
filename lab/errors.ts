/** A problem that the user of the lab can solve: what failed and why, and the next step. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly next: string;

  constructor(what: string, next: string, options?: ErrorOptions) {
    super(what, options);
    this.next = next;
  }
}

/** What the command line prints for `error`: a LabError with its next step, any other error with its stack. */
export function describeError(error: unknown): string {
  if (error instanceof LabError) return `${error.message}\n  What to do: ${error.next}`;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
