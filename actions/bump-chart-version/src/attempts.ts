import { info } from '../../lib/commands.ts';
import { ActionError } from '../../lib/errors.ts';
import { type Verdict, withRetries } from '../../lib/retry.ts';
import { AnswerLostError, HeadMovedError } from './repository.ts';

export interface Patience {
  maxAttempts: number;
  /** For tests. */
  wait?: (seconds: number) => Promise<unknown>;
}

/**
 * Read, plan and commit again while somebody else is faster or an answer is lost; anything else ends it at once.
 * @param work gets the attempt's number, from 1
 */
export async function attemptUntilLanded<T>(
  work: (attempt: number) => Promise<T>,
  { maxAttempts, wait }: Patience,
): Promise<T> {
  try {
    return await withRetries(work, {
      retries: maxAttempts - 1,
      classify,
      baseSeconds: 0.25,
      maxSeconds: 10,
      onRetry: (error, attempt, seconds) =>
        info(`${(error as Error).message}; attempt ${attempt + 1} of ${maxAttempts} in ${seconds.toFixed(1)} s`),
      ...(wait === undefined ? {} : { wait }),
    });
  } catch (error) {
    if (error instanceof HeadMovedError) {
      throw new ActionError({
        what: `the branch moved during each of ${maxAttempts} attempts`,
        why: error.message,
        next: 'Run the job again, or raise max-attempts if many jobs push to this branch. Nothing was changed.',
        cause: error,
      });
    }
    if (error instanceof AnswerLostError) {
      throw new ActionError({
        what: `the server gave no answer in ${maxAttempts} attempts`,
        why: error.message,
        next: 'Run the job again; it first looks whether the commit landed.',
        cause: error,
      });
    }
    throw error;
  }
}

function classify(error: unknown): Verdict {
  if (error instanceof HeadMovedError) return { retry: true };
  if (!(error instanceof AnswerLostError)) return { retry: false };
  return error.afterSeconds === undefined ? { retry: true } : { retry: true, afterSeconds: error.afterSeconds };
}
