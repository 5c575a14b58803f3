/** A fault of the lab that its user can do something about: what failed and why, and the next step. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly next: string;

  constructor(what: string, next: string, options?: ErrorOptions) {
    super(what, options);
    this.next = next;
  }
}

/** The text the command line shows for `error`: a fault of the lab with its next step, any other with its stack. */
export function describeError(error: unknown): string {
  if (error instanceof LabError) return `${error.message}\n  What to do: ${error.next}`;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
