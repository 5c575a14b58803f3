import { describe, expect, it } from '@jest/globals';
import { MAX_WAIT_SECONDS } from '../../../lib/requests/retry.ts';
import { HeadMovedError, RateLimitError, ResponseLostError } from '../../src/commit/repository.ts';
import { retryUntilCommitted } from '../../src/commit/retry.ts';

/** The waits and the result when these errors occur one after the other. */
async function retried(...errors: Error[]): Promise<{ waits: number[]; result: unknown }> {
  const waits: number[] = [];
  const work = async (): Promise<string> => {
    const error = errors.shift();
    if (error !== undefined) throw error;
    return 'done';
  };
  const policy = { retries: 2, wait: async (seconds: number) => waits.push(seconds) };
  const result = await retryUntilCommitted(work, policy).catch((error: unknown) => error);
  return { waits, result };
}

const limited = (seconds: number): RateLimitError =>
  new RateLimitError('committing to main', 'the server responded with 403: API rate limit exceeded', {
    afterSeconds: seconds,
  });
const failing = (seconds?: number): ResponseLostError =>
  new ResponseLostError('committing to main', 'the server responded with 503: Unavailable', { afterSeconds: seconds });

describe('retryUntilCommitted', () => {
  it('waits as long as the server asks, although the default waits are short', async () => {
    expect(await retried(limited(60), failing(120))).toEqual({ waits: [60, 120], result: 'done' });
  });

  it('waits longer after each secondary rate limit without a time', async () => {
    const secondary = (): Error =>
      new RateLimitError('committing to main', 'the server responded with 403: x', { minimumSeconds: 60 });
    expect(await retried(secondary(), secondary())).toEqual({ waits: [60, 120], result: 'done' });
    const { result } = await retried(secondary(), secondary(), secondary());
    expect((result as { next: string }).next).toBe(
      'Run the job again in a few minutes; it continues where it stopped.',
    );
  });

  it('gives up when the server asks to wait too long, and reports the time', async () => {
    const { waits, result } = await retried(limited(MAX_WAIT_SECONDS + 1));
    expect(waits).toEqual([]);
    expect(result).toMatchObject({
      what: "committing to main hit the server's rate limit",
      why: expect.stringMatching(
        /^the server responded with 403: API rate limit exceeded and asks to wait 601 s, until \d{4}-/,
      ),
      next: expect.stringContaining('again after that time'),
    });
  });

  it.each([
    ['a rate limit', () => limited(1), "committing to main hit the server's rate limit in each of 3 attempts"],
    ['a failing server', () => failing(), 'committing to main failed in each of 3 attempts'],
    ['concurrent pushes', () => new HeadMovedError('moved'), 'the branch moved during each of 3 attempts'],
  ])('gives up after %s in every attempt, and reports it', async (_, error, what) => {
    expect((await retried(error(), error(), error())).result).toMatchObject({ name: 'ActionError', what });
  });

  it('does not retry any other error', async () => {
    const defect = new TypeError('x is not a function');
    expect(await retried(defect)).toEqual({ waits: [], result: defect });
  });
});
