import { ActionError } from '../../../lib/errors.ts';
import { classifyRequestError, reportRetry } from '../../../lib/requests/github.ts';
import { type RetryPolicy, withRetries } from '../../../lib/requests/retry.ts';

/** A concurrent run has taken over the release that this run works on: start again from what exists now. */
export class ConcurrentRunError extends ActionError {
  override name = 'ConcurrentRunError';

  constructor(tag: string, why: string) {
    super({
      what: `a concurrent run took over the release ${tag}`,
      why,
      next: 'Run the job again when the other runs have ended.',
    });
  }
}

/**
 * Retry an action that must not be done twice. A failure may hide a success, because the response was lost and not the request, so
 * `findExisting` checks for its result before each retry. `action` names what is done, for the log.
 */
export async function retryIdempotently<T>(
  action: () => Promise<T>,
  findExisting: () => Promise<T | undefined>,
  { action: name, ...retry }: RetryPolicy & { action: string },
): Promise<T> {
  return withRetries(async (attempt) => (attempt > 1 ? await findExisting() : undefined) ?? action(), {
    ...retry,
    classify: classifyRequestError,
    onRetry: reportRetry(name),
  });
}
