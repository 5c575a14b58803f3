import { describe, expect, it } from '@jest/globals';
import type { TrafficReport } from '../../traffic/index.ts';
import type { ActResult } from '../play.ts';
import { summarize } from '../summary.ts';

const report = (requests: number, lost: number): TrafficReport => ({
  url: 'http://127.0.0.1/',
  rate: 200,
  startedAt: '2026-01-01T00:00:00.000Z',
  seconds: 1,
  stopped: true,
  requests,
  newConnections: requests,
  keptAlive: 0,
  lost,
  losses: lost > 0 ? { ECONNRESET: lost } : {},
  latency: { p50: 1.25, p99: 20.4, max: 300 },
  versions: [],
  perSecond: [],
  marks: [],
  recorder: { cpuSeconds: 0, latestSend: 0 },
  recordFile: '',
});

const result = (change: Partial<ActResult>): ActResult => ({
  act: 'drift',
  position: 11,
  title: 'Drift is reverted',
  expectations: [{ what: 'it is reverted', measured: '1.7 s', met: true }],
  seconds: 12.34,
  traffic: [],
  ...change,
});

describe('the summary', () => {
  it('is a table of act, expectation, measured and verdict', () => {
    expect(summarize([result({}), result({ act: 'guard', position: 14 })])).toBe(
      [
        'Act                Expectation     Measured  Verdict',
        '─────────────────  ──────────────  ────────  ───────',
        '11 drift (12.3 s)  it is reverted  1.7 s     ✔ met',
        '14 guard (12.3 s)  it is reverted  1.7 s     ✔ met',
      ].join('\n'),
    );
  });

  it('breaks long sentences between words, within the width', () => {
    const what = 'old pods are terminated only after new ones are ready, by their own timestamps';
    const measured = `sha256:${'0123456789'.repeat(10)} and more`;
    const text = summarize([result({ expectations: [{ what, measured, met: true }] })], 80);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).toContain('old pods are terminated');
    expect(text.replace(/\s+/g, '')).toContain('✔met');
  });

  it('counts the requests of all acts together', () => {
    const text = summarize([result({ traffic: [report(12_000, 0)] }), result({ traffic: [report(40_000, 0)] })]);
    expect(text).toContain('52,000 requests in all acts together, 0 lost');
  });

  it('shows the traffic of an act that failed', () => {
    const text = summarize([result({ failure: 'waited 60 s for the shop', traffic: [report(500, 2)] })]);
    expect(text).toMatch(/plays to its end +waited 60 s for the shop +✘ failed/);
    expect(text).toContain(
      'Traffic in drift: 500 requests, 2 lost (2 × ECONNRESET); p50 1.3 ms, p99 20 ms, longest 300 ms',
    );
  });
});
