import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments, stringify } from 'yaml';
import type { KubernetesObject } from '../../cluster/index.ts';
import { toolPath } from '../../tools/index.ts';
import type { Act } from '../act.ts';
import type { Container, Deployment, Probe } from '../cluster/pods.ts';
import { openShop, SHOP_NAMESPACE, WEB } from '../shop/running-shop.ts';
import { CHART } from '../shop/shop.ts';
import type { World } from '../world.ts';

const PROBES = {
  startupProbe: 'has it started?',
  readinessProbe: 'can it serve?',
  livenessProbe: 'must it be replaced?',
} as const;

const seconds = ({ httpGet, periodSeconds, failureThreshold }: Probe): string =>
  `${httpGet.path} every ${periodSeconds} s, ${failureThreshold} failures`;

/** The container of web's Deployment as the chart on main renders it with these values laid over its own. */
async function render(world: World, chart: string, name: string, values: object): Promise<Container> {
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
  number: 3,
  title: 'The chart has what was missing',
  limit: 180,
  async play(world, expect, _thread, _progress, stage) {
    const shop = await openShop(world, stage);
    const containers = shop.pods.items.map(({ spec }) => spec.containers[0]);
    for (const [probe, question] of Object.entries(PROBES) as [keyof typeof PROBES, string][]) {
      const found = [...new Set(containers.map((each) => (each[probe] ? seconds(each[probe]) : 'none')))];
      expect.holds(
        `each web pod has a ${probe}: ${question}`,
        containers.length > 0 && found.length === 1 && found[0] !== 'none',
        found.join('; '),
      );
    }
    const limits = [...new Set(containers.map(({ resources }) => JSON.stringify(resources)))];
    const { requests, limits: most } = containers[0]?.resources ?? {};
    expect.holds(
      'each asks for CPU and memory, and may use so much at most',
      limits.length === 1 && [requests, most].every((each) => each?.cpu !== undefined && each.memory !== undefined),
      `asks for ${requests?.cpu} and ${requests?.memory}, at most ${most?.cpu} and ${most?.memory}`,
    );

    const clone = await world.openClone();
    const directory = join(clone.directory, CHART);
    const [before, after] = await Promise.all([
      render(world, directory, 'defaults', {}),
      render(world, directory, 'another-environment', {
        web: { readinessProbe: { periodSeconds: 7 }, resources: { limits: { memory: '512Mi' } } },
      }),
    ]);
    const { readinessProbe, resources } = before;
    expect.holds(
      'values alone change a probe and a limit, in no template',
      after.readinessProbe?.periodSeconds === 7 && after.resources?.limits?.memory === '512Mi',
      `every ${readinessProbe?.periodSeconds} s becomes every ${after.readinessProbe?.periodSeconds} s, ${resources?.limits?.memory} becomes ${after.resources?.limits?.memory}`,
    );
    expect.equal(
      'and nothing else',
      { ...after, readinessProbe: { ...after.readinessProbe, periodSeconds: 0 }, resources },
      {
        ...before,
        readinessProbe: { ...readinessProbe, periodSeconds: 0 },
        resources,
      },
    );
  },
};
