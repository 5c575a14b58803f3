import type { Cluster, KubernetesObject } from '../../cluster/index.ts';
import type { Traffic, TrafficReport, TrafficTarget } from '../../traffic/index.ts';
import type { Expectations } from '../expectations.ts';
import { SHOP_NAMESPACE, WEB } from './running-shop.ts';

interface Service extends KubernetesObject {
  spec: { ports: { nodePort?: number }[] };
}

/** Where the shop answers: on the port of its node, or where this machine reaches a cluster that it is not part of. */
export async function shopTarget(cluster: Cluster): Promise<TrafficTarget> {
  const { inside, webUrl } = cluster.access;
  if (inside === undefined && webUrl !== undefined) return { url: webUrl };
  const service = await cluster.get<Service>('service', WEB, `--namespace=${SHOP_NAMESPACE}`);
  return { url: `http://127.0.0.1:${service.spec.ports[0]?.nodePort}/`, inside };
}

const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** `12,345 requests, 0 lost; p50 2.1 ms, p99 8.0 ms, longest 41 ms` */
export function describeTraffic({ requests, lost, losses, latency }: TrafficReport): string {
  const reasons = Object.entries(losses).map(([reason, count]) => `${count} × ${reason}`);
  const { p50, p99, max } = latency;
  return [
    `${requests.toLocaleString('en')} requests, ${lost} lost${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    `p50 ${milliseconds(p50)}, p99 ${milliseconds(p99)}, longest ${milliseconds(max)}`,
  ].join('; ');
}

/** Stops the traffic and expects that it went on until now, and that every request was answered. */
export async function expectNoneLost(expect: Expectations, traffic: Traffic): Promise<TrafficReport> {
  const report = await traffic.stop();
  const { stopped, requests, lost } = report;
  expect.holds(
    'not one request is lost',
    stopped && requests > 0 && lost === 0,
    `${describeTraffic(report)}${stopped ? '' : '; it had ended by itself before'}`,
  );
  return report;
}
