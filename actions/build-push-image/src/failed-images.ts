import { ActionError, messageOf } from '../../lib/errors.ts';

export interface FailedImage {
  name: string;
  error: unknown;
}

/** The one error of a step: of the image that failed, or of several together, each named with its own words. */
export function failureOf(failed: readonly FailedImage[], total: number): unknown {
  const [first] = failed;
  // Anything but an ActionError is a defect, and hides behind none.
  const defect = failed.find(({ error }) => !(error instanceof ActionError));
  if (defect !== undefined) return defect.error;
  if (failed.length === 1 && total === 1) return first?.error;
  const errors = failed.map(({ name, error }) => ({ name, error: error as ActionError }));
  return new ActionError({
    what: `${failed.length} of ${total} images failed: ${failed.map(({ name }) => name).join(', ')}`,
    why: errors.map(({ name, error }) => `${name}: ${messageOf(error)}`).join('\n'),
    next: [...new Set(errors.map(({ error }) => error.next))].join('\n'),
    cause: first?.error,
  });
}
