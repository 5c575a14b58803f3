import { ActionError } from '../../lib/errors.ts';
import { classifyRequestError } from '../../lib/github.ts';
import { withRetries } from '../../lib/retry.ts';

/** How patiently requests are repeated. */
export interface Waiting {
  retries: number;
  /** For tests; real time when left out. */
  wait?: ((seconds: number) => Promise<unknown>) | undefined;
}

/** Another run has taken over the release on which this one worked: find out anew what there is, and go on with that. */
export class Superseded extends ActionError {
  override name = 'Superseded';

  constructor(tag: string, why: string) {
    super({
      what: `the release ${tag} was taken over`,
      why,
      next: 'Run the job again when the other runs have ended.',
    });
  }
}

/**
 * Do what must not be done twice. A failure may hide a success (the answer was lost, not the request), so before
 * trying again `look` finds out whether it is done.
 */
export async function once<T>(
  work: () => Promise<T>,
  look: () => Promise<T | undefined>,
  { retries, wait }: Waiting,
): Promise<T> {
  return withRetries(async (attempt) => (attempt > 1 ? await look() : undefined) ?? work(), {
    retries,
    classify: classifyRequestError,
    ...(wait === undefined ? {} : { wait }),
  });
}
