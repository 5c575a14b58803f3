import { info } from '../../lib/commands.ts';
import { ActionError } from '../../lib/errors.ts';
import { formatWait, type RetryDecision, withRetries } from '../../lib/retry.ts';
import { HeadMovedError, PassingError, RateLimitError } from './repository.ts';

export interface Patience {
  maxAttempts: number;
  /** For tests. */
  wait?: (seconds: number) => Promise<unknown>;
}

/**
 * Do the work again, from its start, while somebody else is faster or the server fails for now; anything else ends it at once.
 * @param work gets the attempt's number, from 1; it first looks what became of the attempt before
 * @throws {ActionError} when the attempts are used up, or the server asks to wait too long
 */
export async function attemptUntilLanded<T>(
  work: (attempt: number) => Promise<T>,
  { maxAttempts, wait }: Patience,
): Promise<T> {
  let attempts = 0;
  try {
    return await withRetries(
      (attempt) => {
        attempts = attempt;
        return work(attempt);
      },
      {
        retries: maxAttempts - 1,
        classify,
        baseSeconds: 0.25,
        maxSeconds: 10,
        onRetry: (error, attempt, seconds) =>
          info(`${(error as Error).message}; attempt ${attempt + 1} of ${maxAttempts} in ${seconds.toFixed(1)} s`),
        ...(wait === undefined ? {} : { wait }),
      },
    );
  } catch (error) {
    if (error instanceof HeadMovedError) {
      throw new ActionError({
        what: `the branch moved during each of ${maxAttempts} attempts`,
        why: error.message,
        next: 'Run the job again, or raise max-attempts if many jobs push to this branch. Nothing was changed.',
        cause: error,
      });
    }
    throw error instanceof PassingError ? givenUp(error, attempts) : error;
  }
}

function classify(error: unknown): RetryDecision {
  if (error instanceof HeadMovedError) return { retry: true };
  if (!(error instanceof PassingError)) return { retry: false };
  return error.afterSeconds === undefined ? { retry: true } : { retry: true, afterSeconds: error.afterSeconds };
}

function givenUp(error: PassingError, attempts: number): ActionError {
  const { action, message, afterSeconds } = error;
  const [asked, then] =
    afterSeconds === undefined ? ['', ''] : [` and asks to wait ${formatWait(afterSeconds)}`, ' after that time'];
  const count = attempts === 1 ? '' : ` in each of ${attempts} attempts`;
  return new ActionError({
    what:
      error instanceof RateLimitError ? `${action} hit the server's rate limit${count}` : `${action} failed${count}`,
    why: `the server responded with ${message}${asked}`,
    next: `Run the job again${then}; it first looks what was done, and goes on from there.`,
    cause: error,
  });
}
