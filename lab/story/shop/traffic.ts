import type { Traffic, TrafficReport } from '../../traffic/index.ts';
import type { Expectations } from '../expectations.ts';

const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** For example `12,345 requests, 0 lost; p50 2.1 ms, p99 8.0 ms, longest 41 ms`. */
export function describeTraffic({ requests, lost, losses, latency }: TrafficReport): string {
  const reasons = Object.entries(losses).map(([reason, count]) => `${count} × ${reason}`);
  const { p50, p99, max } = latency;
  return [
    `${requests.toLocaleString('en')} requests, ${lost} lost${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    `p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}, longest ${milliseconds(max)}`,
  ].join('; ');
}

/** Stops the traffic and expects that it ran until now and that every request got a response. */
export async function expectNoneLost(expect: Expectations, traffic: Traffic): Promise<TrafficReport> {
  const report = await traffic.stop();
  const { stopped, requests, lost } = report;
  expect.holds(
    'no request is lost',
    stopped && requests > 0 && lost === 0,
    `${describeTraffic(report)}${stopped ? '' : '; it had already ended'}`,
  );
  return report;
}
