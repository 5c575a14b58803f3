import { ActionError } from '../../../lib/errors.ts';
import { retryAdvice, waitReason } from '../../../lib/requests/github.ts';
import { formatWait, type RetryDecision, type RetryPolicy, withRetries } from '../../../lib/requests/retry.ts';
import { info } from '../../../lib/runner/commands.ts';
import { HeadMovedError, RateLimitError, TransientError } from './repository.ts';

const BASE_WAIT_SECONDS = 0.25;
const MAX_BACKOFF_SECONDS = 10;

/**
 * Repeats the work from its start while the branch moves or the failure is transient. Any other error ends it.
 * @param work is called with the number of the attempt, from 1; it first checks the outcome of the previous attempt
 * @throws {ActionError} when the retries are exhausted, or the server asks to wait too long
 */
export async function retryUntilCommitted<T>(work: (attempt: number) => Promise<T>, policy: RetryPolicy): Promise<T> {
  let attempts = 0;
  try {
    return await withRetries(
      (attempt) => {
        attempts = attempt;
        return work(attempt);
      },
      {
        baseSeconds: BASE_WAIT_SECONDS,
        maxSeconds: MAX_BACKOFF_SECONDS,
        ...policy,
        classify,
        onRetry: (error, attempt, seconds) =>
          info(
            `${(error as Error).message}; attempt ${attempt + 1} of ${policy.retries + 1} in ${seconds.toFixed(1)} s${waitReason(classify(error))}`,
          ),
      },
    );
  } catch (error) {
    if (error instanceof HeadMovedError) {
      throw new ActionError({
        what: `the branch moved during each of ${policy.retries + 1} attempts`,
        why: error.message,
        next: 'Run the job again, or raise retries if many jobs push to this branch. Nothing was changed.',
        cause: error,
      });
    }
    throw error instanceof TransientError ? retriesExhausted(error, attempts) : error;
  }
}

function classify(error: unknown): RetryDecision {
  if (error instanceof HeadMovedError) return { retry: true };
  if (!(error instanceof TransientError)) return { retry: false };
  const { afterSeconds, minimumSeconds } = error;
  return {
    retry: true,
    ...(afterSeconds === undefined ? {} : { afterSeconds }),
    ...(minimumSeconds === undefined ? {} : { minimumSeconds }),
  };
}

function retriesExhausted(error: TransientError, attempts: number): ActionError {
  const { action, message, afterSeconds } = error;
  const wait = afterSeconds === undefined ? '' : ` and asks to wait ${formatWait(afterSeconds)}`;
  const count = attempts === 1 ? '' : ` in each of ${attempts} attempts`;
  return new ActionError({
    what:
      error instanceof RateLimitError ? `${action} hit the server's rate limit${count}` : `${action} failed${count}`,
    why: `${message}${wait}`,
    next: retryAdvice(error, error),
    cause: error,
  });
}
