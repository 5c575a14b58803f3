import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { classifyRequestError } from '../../requests/github.ts';
import {
  formatWait,
  isConnectionError,
  MAX_WAIT_SECONDS,
  retryAfterSeconds,
  withRetries,
} from '../../requests/retry.ts';

/** A policy that records the waits and does not sleep. */
function recordWaits(retries: number) {
  const waits: number[] = [];
  return {
    waits,
    policy: {
      retries,
      classify: (error: unknown) => error as { retry: true; afterSeconds?: number } | { retry: false },
      random: () => 1,
      wait: async (seconds: number) => waits.push(seconds),
    },
  };
}

describe('withRetries', () => {
  it('doubles the wait, and throws the last error after the last retry', async () => {
    const { waits, policy } = recordWaits(3);
    let attempts = 0;
    await expect(
      withRetries(() => {
        attempts++;
        return Promise.reject({ retry: true });
      }, policy),
    ).rejects.toEqual({ retry: true });
    expect({ attempts, waits }).toEqual({ attempts: 4, waits: [1, 2, 4] });
  });

  it('waits as long as the server asks, even beyond the maximum of the policy, and never shorter than the backoff', async () => {
    const { waits, policy } = recordWaits(3);
    const failures = [7, 0, 600].map((afterSeconds) => ({ retry: true, afterSeconds }));
    await expect(
      withRetries(() => (failures.length > 0 ? Promise.reject(failures.shift()) : Promise.resolve('done')), {
        ...policy,
        maxSeconds: 5,
      }),
    ).resolves.toBe('done');
    expect(waits).toEqual([7, 2, 600]);
  });

  it('doubles the shortest wait with each failure that has one, up to the longest wait', async () => {
    const { waits, policy } = recordWaits(7);
    const failures = [60, undefined, 60, 60, 60, 60, 60].map((minimumSeconds) => ({ retry: true, minimumSeconds }));
    await withRetries(() => (failures.length > 0 ? Promise.reject(failures.shift()) : Promise.resolve()), policy);
    expect(waits).toEqual([60, 2, 120, 240, 480, MAX_WAIT_SECONDS, MAX_WAIT_SECONDS]);
  });

  it('does not retry when the server asks for too long a wait', async () => {
    const { waits, policy } = recordWaits(3);
    const failure = { retry: true, afterSeconds: MAX_WAIT_SECONDS + 1 };
    await expect(withRetries(() => Promise.reject(failure), policy)).rejects.toBe(failure);
    expect(waits).toEqual([]);
  });

  it('does not retry a permanent error', async () => {
    const { waits, policy } = recordWaits(5);
    await expect(withRetries(() => Promise.reject({ retry: false }), policy)).rejects.toEqual({ retry: false });
    expect(waits).toEqual([]);
  });

  it('spreads the waits of concurrent jobs between half and all of the backoff', async () => {
    const { waits, policy } = recordWaits(1);
    await withRetries((attempt) => (attempt === 1 ? Promise.reject({ retry: true }) : Promise.resolve()), {
      ...policy,
      random: () => 0,
    });
    expect(waits).toEqual([0.5]);
  });
});

const failed = (status: number, headers: Record<string, string> = {}, message = 'no') =>
  Object.assign(new Error(message), { status, response: { headers, data: { message } } });

describe('classifyRequestError', () => {
  it.each([
    ['429', failed(429), { retry: true }],
    ['429 with Retry-After', failed(429, { 'retry-after': '3' }), { retry: true, afterSeconds: 3 }],
    [
      '403 with an exhausted limit',
      failed(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1030' }),
      { retry: true, afterSeconds: 30 },
    ],
    ['429 with an exhausted limit and no reset time', failed(429, { 'x-ratelimit-remaining': '0' }), { retry: true }],
    ['503 with Retry-After', failed(503, { 'retry-after': '40' }), { retry: true, afterSeconds: 40 }],
    ['404 with an exhausted limit', failed(404, { 'x-ratelimit-remaining': '0' }), { retry: false }],
    ...[403, 429].map((status): [string, Error, object] => [
      `${status} with a secondary limit`,
      failed(status, {}, 'You have exceeded a secondary rate limit'),
      { retry: true, minimumSeconds: 60 },
    ]),
    [
      '403 with a secondary limit and Retry-After',
      failed(403, { 'retry-after': '3' }, 'You have exceeded a secondary rate limit'),
      { retry: true, afterSeconds: 3 },
    ],
    [
      '403 with a secondary limit and an exhausted one',
      failed(403, { 'x-ratelimit-remaining': '0' }, 'You have exceeded a secondary rate limit'),
      { retry: true },
    ],
    ['403 with a primary limit', failed(403, {}, 'API rate limit exceeded'), { retry: true }],
    ['403', failed(403), { retry: false }],
    ['401', failed(401), { retry: false }],
    ['404', failed(404), { retry: false }],
    ['409', failed(409), { retry: false }],
    ['422', failed(422), { retry: false }],
    ['500', failed(500), { retry: true }],
    ['502', failed(502), { retry: true }],
    ['a reset connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), { retry: true }],
    ['a bug', new TypeError('x is not a function'), { retry: false }],
  ])('classifies %s', (_, error, decision) => {
    expect(classifyRequestError(error, 1_000_000)).toEqual(decision);
  });
});

it('finds a lost connection in the causes of an error', () => {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  expect(isConnectionError(new TypeError('fetch failed', { cause }))).toBe(true);
  expect(isConnectionError(new Error('no'))).toBe(false);
  expect(isConnectionError(runInNewContext("Object.assign(new Error('hang up'), { code: 'ECONNRESET' })"))).toBe(true);
});

it('reads Retry-After as seconds and as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterSeconds('12', now)).toBe(12);
  expect(retryAfterSeconds('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30);
  expect(retryAfterSeconds('Wed, 31 Dec 2025 00:00:30 GMT', now)).toBe(0);
  expect(retryAfterSeconds('soon', now)).toBeUndefined();
  expect(retryAfterSeconds(undefined, now)).toBeUndefined();
});

it('formats a wait, however long', () => {
  const now = Date.parse('2026-01-01T00:00:00.500Z');
  expect(formatWait(59.5, now)).toBe('60 s, until 2026-01-01T00:01:00Z');
  expect(formatWait(1e20, now)).toContain('until +275760-09-13T00:00:00Z');
});
