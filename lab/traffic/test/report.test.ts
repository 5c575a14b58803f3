import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { percentile, type RecordedRequest, summarizeLatencies, summarizeRequests } from '../report.ts';

const recorded = (change: Partial<RecordedRequest>): RecordedRequest => ({
  at: 0,
  latency: 1,
  status: 200,
  version: '1.0.0',
  kept: false,
  ...change,
});

const request = fc.record(
  {
    at: fc.nat(20_000),
    latency: fc.nat(3000),
    status: fc.constantFrom(0, 200, 503),
    version: fc.constantFrom('', '1.0.0', '1.0.1'),
    kept: fc.boolean(),
    lost: fc.constantFrom('ECONNRESET', 'status 503'),
  },
  { requiredKeys: ['at', 'latency', 'status', 'version', 'kept'] },
) as fc.Arbitrary<RecordedRequest>;

describe('summarizeRequests', () => {
  it('counts lost requests by reason, and in the second in which they were due', () => {
    const report = summarizeRequests([
      recorded({ at: 10 }),
      recorded({ at: 2999, kept: true, lost: 'ECONNRESET' }),
      recorded({ at: 2000, lost: 'status 503' }),
      recorded({ at: 2001, lost: 'ECONNRESET' }),
    ]);
    expect(report).toMatchObject({
      requests: 4,
      newConnections: 3,
      keptAlive: 1,
      lost: 3,
      losses: { ECONNRESET: 2, 'status 503': 1 },
    });
    expect(report.perSecond.map(({ requests, lost }) => [requests, lost])).toEqual([
      [1, 0],
      [0, 0],
      [3, 3],
    ]);
  });

  it('reports the first and last response of each version, regardless of the order of responses', () => {
    const { versions } = summarizeRequests([
      recorded({ at: 5000, version: '1.0.1' }),
      recorded({ at: 1000 }),
      recorded({ at: 6000 }),
      recorded({ at: 9000, version: '1.0.2', lost: 'status 503' }),
    ]);
    expect(versions).toEqual([
      { version: '1.0.0', requests: 2, first: 1, last: 6 },
      { version: '1.0.1', requests: 1, first: 5, last: 5 },
    ]);
  });

  it('counts every request once by second, version and kind of connection', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 200 }), (requests) => {
        const report = summarizeRequests(requests);
        const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
        expect(sum(report.perSecond.map(({ requests: count }) => count))).toBe(requests.length);
        expect(sum(report.perSecond.map(({ lost }) => lost))).toBe(report.lost);
        expect(sum(report.versions.map(({ requests: count }) => count)) + report.lost).toBe(requests.length);
        expect(report.newConnections + report.keptAlive).toBe(requests.length);
      }),
    );
  });

  it.each([
    [[], 0.5, 0],
    [[7], 0.5, 7],
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4], 0.99, 4],
    [Array.from({ length: 1000 }, (_, index) => index + 1), 0.99, 990],
  ])('percentile of %j at %d is %d', (sorted, share, expected) => {
    expect(percentile(sorted, share)).toBe(expected);
  });

  it('orders p50, p99 and the maximum', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
        const { p50, p99, max } = summarizeLatencies(values);
        expect(p50).toBeLessThanOrEqual(p99);
        expect(p99).toBeLessThanOrEqual(max);
        expect(values).toContain(p50);
      }),
    );
  });
});
