import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { classifyRequest } from '../github.ts';
import { isConnectionReset, retryAfterSeconds, withRetries } from '../retry.ts';

/** A policy whose waits are recorded, not waited for. */
function recorded(retries: number) {
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
  it('doubles the wait and gives up after the last retry with the last error', async () => {
    const { waits, policy } = recorded(3);
    let attempts = 0;
    await expect(
      withRetries(() => {
        attempts++;
        return Promise.reject({ retry: true });
      }, policy),
    ).rejects.toEqual({ retry: true });
    expect({ attempts, waits }).toEqual({ attempts: 4, waits: [1, 2, 4] });
  });

  it('honours the time the server names, up to the cap', async () => {
    const { waits, policy } = recorded(2);
    const answers = [
      { retry: true, afterSeconds: 7 },
      { retry: true, afterSeconds: 4000 },
    ];
    await expect(
      withRetries(() => (answers.length > 0 ? Promise.reject(answers.shift()) : Promise.resolve('done')), policy),
    ).resolves.toBe('done');
    expect(waits).toEqual([7, 60]);
  });

  it('does not repeat what cannot pass', async () => {
    const { waits, policy } = recorded(5);
    await expect(withRetries(() => Promise.reject({ retry: false }), policy)).rejects.toEqual({ retry: false });
    expect(waits).toEqual([]);
  });

  it('spreads the waits of parallel jobs between half and all of the backoff', async () => {
    const { waits, policy } = recorded(1);
    await withRetries((attempt) => (attempt === 1 ? Promise.reject({ retry: true }) : Promise.resolve()), {
      ...policy,
      random: () => 0,
    });
    expect(waits).toEqual([0.5]);
  });
});

const failed = (status: number, headers: Record<string, string> = {}, message = 'no') =>
  Object.assign(new Error(message), { status, response: { headers, data: { message } } });

describe('classifyRequest', () => {
  it.each([
    ['429', failed(429), { retry: true }],
    ['429 with Retry-After', failed(429, { 'retry-after': '3' }), { retry: true, afterSeconds: 3 }],
    [
      '403 of an exhausted limit',
      failed(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1030' }),
      { retry: true, afterSeconds: 30 },
    ],
    ['403 of a secondary limit', failed(403, {}, 'You have exceeded a secondary rate limit'), { retry: true }],
    ['403', failed(403), { retry: false }],
    ['401', failed(401), { retry: false }],
    ['404', failed(404), { retry: false }],
    ['409', failed(409), { retry: false }],
    ['422', failed(422), { retry: false }],
    ['500', failed(500), { retry: true }],
    ['502', failed(502), { retry: true }],
    ['a reset connection', Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }), { retry: true }],
    ['a defect', new TypeError('x is not a function'), { retry: false }],
  ])('judges %s', (_, error, verdict) => {
    expect(classifyRequest(error, 1_000_000)).toEqual(verdict);
  });
});

it('finds a reset in the causes of an error', () => {
  const cause = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
  expect(isConnectionReset(new TypeError('fetch failed', { cause }))).toBe(true);
  expect(isConnectionReset(new Error('no'))).toBe(false);
  expect(isConnectionReset(runInNewContext("Object.assign(new Error('hang up'), { code: 'ECONNRESET' })"))).toBe(true);
});

it('reads Retry-After as seconds and as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect(retryAfterSeconds('12', now)).toBe(12);
  expect(retryAfterSeconds('Thu, 01 Jan 2026 00:00:30 GMT', now)).toBe(30);
  expect(retryAfterSeconds('Wed, 31 Dec 2025 00:00:30 GMT', now)).toBe(0);
  expect(retryAfterSeconds('soon', now)).toBeUndefined();
  expect(retryAfterSeconds(undefined, now)).toBeUndefined();
});
