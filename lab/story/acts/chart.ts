import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubernetesObject } from '../../cluster/index.ts';
import { toolPath } from '../../tools/index.ts';
import type { Act } from '../act.ts';
import type { Container, Deployment, Probe } from '../cluster/pods.ts';
import { watchStableShop } from '../shop/running-shop.ts';
import { CHART, SHOP_NAMESPACE, WEB } from '../shop/shop.ts';
import type { World } from '../world.ts';

const PROBES = {
  startupProbe: 'has it started?',
  readinessProbe: 'can it serve?',
  livenessProbe: 'must it be restarted?',
} as const;

const formatProbe = ({ httpGet, periodSeconds, failureThreshold }: Probe): string =>
  `${httpGet.path} every ${periodSeconds} s, ${failureThreshold} failures`;

/** The container of web's Deployment, as the chart on main renders it with additional values. */
async function renderContainer(
  world: World,
  chart: string,
  { name, values }: { name: string; values: object },
): Promise<Container> {
  const directory = join(world.directory, 'values');
  await mkdir(directory, { recursive: true });
  const file = join(directory, `${name}.yaml`);
  await writeFile(file, stringify(values));
  const { stdout } = await execa(toolPath('helm'), [
    ...['template', 'shop', chart, '--namespace', SHOP_NAMESPACE, '--values', file],
    ...['--show-only', 'templates/deployment.yaml'],
  ]);
  const objects = parseAllDocuments(stdout).map((document) => document.toJSON() as KubernetesObject);
  const deployment = objects.find(({ metadata }) => metadata.name === WEB) as Deployment | undefined;
  if (deployment === undefined) throw new Error(`the chart renders no Deployment ${WEB}`);
  return deployment.spec.template.spec.containers[0];
}

export const chart: Act = {
  name: 'chart',
  title: 'The chart sets probes and resources',
  timeoutSeconds: 180,
  async play(stage) {
    const { world, expect } = stage;
    const shop = await watchStableShop(stage);
    const containers = shop.pods.items.map(({ spec }) => spec.containers[0]);
    for (const [probe, question] of Object.entries(PROBES) as [keyof typeof PROBES, string][]) {
      const found = [
        ...new Set(containers.map((container) => (container[probe] ? formatProbe(container[probe]) : 'none'))),
      ];
      expect.holds(
        `each web pod has a ${probe}: ${question}`,
        containers.length > 0 && found.length === 1 && found[0] !== 'none',
        found.join('; '),
      );
    }
    const distinct = new Set(containers.map(({ resources }) => JSON.stringify(resources)));
    const { requests, limits } = containers[0]?.resources ?? {};
    expect.holds(
      'each web pod has requests and limits for CPU and memory',
      distinct.size === 1 && [requests, limits].every((list) => list?.cpu !== undefined && list.memory !== undefined),
      `requests ${requests?.cpu} and ${requests?.memory}, limits ${limits?.cpu} and ${limits?.memory}`,
    );

    const clone = await world.createClone();
    const directory = join(clone.directory, CHART);
    const [before, after] = await Promise.all([
      renderContainer(world, directory, { name: 'defaults', values: {} }),
      renderContainer(world, directory, {
        name: 'another-environment',
        values: { web: { readinessProbe: { periodSeconds: 7 }, resources: { limits: { memory: '512Mi' } } } },
      }),
    ]);
    const { readinessProbe, resources } = before;
    expect.holds(
      'values alone change a probe and a limit',
      after.readinessProbe?.periodSeconds === 7 && after.resources?.limits?.memory === '512Mi',
      `every ${readinessProbe?.periodSeconds} s becomes every ${after.readinessProbe?.periodSeconds} s, ${resources?.limits?.memory} becomes ${after.resources?.limits?.memory}`,
    );
    expect.equal(
      'nothing else changes',
      { ...after, readinessProbe: { ...after.readinessProbe, periodSeconds: 0 }, resources },
      {
        ...before,
        readinessProbe: { ...readinessProbe, periodSeconds: 0 },
        resources,
      },
    );
  },
};
