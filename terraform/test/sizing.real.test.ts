/**
 * Whether the shop fits the nodes: computed from the requests in its chart, the environment's values, and the pools as
 * Terraform plans them. The requests of Azure's own pods are in a table, on the high side; `kubectl describe node`
 * shows the current ones.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { readHcl } from '../scripts/hcl.ts';
import {
  type Amount,
  allocatable,
  amountOf,
  deepMerge,
  fits,
  mebibytes,
  millicores,
  nodesFor,
  type Values,
} from './sizing.ts';
import { project, Workspace } from './workspace.ts';

/**
 * On every node; the agent's requests: https://github.com/Azure/AKS/issues/5413, Cilium's:
 * https://github.com/Azure/AKS/issues/5244
 */
const DAEMONS: Record<string, Amount> = {
  'ama-logs': { cpu: 170, memory: 600 },
  'azure-cns': { cpu: 40, memory: 250 },
  'azure-ip-masq-agent': { cpu: 100, memory: 50 },
  cilium: { cpu: 100, memory: 300 },
  'cloud-node-manager': { cpu: 50, memory: 50 },
  'csi-azuredisk-node': { cpu: 30, memory: 60 },
  'csi-azurefile-node': { cpu: 30, memory: 60 },
};

/** Once in the cluster, on the system pool. */
const CLUSTER_PODS: Record<string, Amount> = {
  'ama-logs-rs': { cpu: 170, memory: 350 },
  'azure-policy and gatekeeper': { cpu: 400, memory: 900 },
  'azure-wi-webhook': { cpu: 200, memory: 128 },
  'cilium-operator': { cpu: 100, memory: 256 },
  coredns: { cpu: 220, memory: 150 },
  konnectivity: { cpu: 40, memory: 40 },
  'metrics-server': { cpu: 320, memory: 300 },
};

interface Pool {
  vm_size: string;
  min_count: number;
  max_count: number;
  max_pods: number;
}

let workspace: Workspace;
let system: Pool;
let apps: Pool;
let argocd: Values;
let shop: Values;

async function planned(root: string, values: string): Promise<{ type: string; values: Record<string, unknown> }[]> {
  await workspace.succeed(root, 'plan', '-out=planned', '-input=false', `-var-file=../environments/${values}`);
  const shown = JSON.parse(await workspace.succeed(root, 'show', '-json', 'planned')).planned_values.root_module;
  return [shown, ...(shown.child_modules ?? [])].flatMap(({ resources }) => resources ?? []);
}

beforeAll(async () => {
  workspace = await Workspace.open();
  const platform = await planned('platform', 'production.tfvars');
  const only = (type: string) => platform.find((resource) => resource.type === type)?.values ?? {};
  system = (only('azurerm_kubernetes_cluster').default_node_pool as Pool[])[0] as Pool;
  apps = only('azurerm_kubernetes_cluster_node_pool') as unknown as Pool;
  const chart = parse(await readFile(join(project, 'helm/shop/values.yaml'), 'utf8')) as Values;
  const { shop_values: own } = await readHcl<{ shop_values?: Values }>(
    join(project, 'terraform/environments/production.bootstrap.tfvars'),
  );
  shop = deepMerge(chart, own ?? {});
  argocd = parse(await readFile(join(project, 'argocd/install/values.yaml'), 'utf8')) as Values;
}, 600_000);
afterAll(() => workspace.close());

const component = (name: 'web' | 'api') => shop[name] as Values;
const request = (name: 'web' | 'api') => amountOf((component(name).resources as Values).requests as Values);
const scaling = (name: 'web' | 'api') =>
  component(name).autoscaling as { enabled: boolean; minReplicas: number; maxReplicas: number };

/** The pods of a number of web replicas, with those of api; during a rollout both with their surge. */
function pods(web: number, rollout: boolean): Amount[] {
  const withSurge = (name: 'web' | 'api', replicas: number): number => {
    const surge = Number.parseInt(String((component(name).rollout as Values).maxSurge), 10) / 100;
    return replicas + (rollout ? Math.ceil(replicas * surge) : 0);
  };
  const api = scaling('api').enabled ? scaling('api').maxReplicas : Number(component('api').replicas);
  return [
    ...Array<Amount>(withSurge('web', web)).fill(request('web')),
    ...Array<Amount>(withSurge('api', api)).fill(request('api')),
  ];
}

const free = (pool: Pool) => allocatable(pool.vm_size, pool.max_pods, Object.values(DAEMONS));
/** The remaining nodes of three zones when the largest zone is lost. */
const withoutZone = (nodes: number): number => nodes - Math.ceil(nodes / 3);

describe('six replicas', () => {
  it('are the chart’s minimum, and twenty the maximum', () => {
    expect(scaling('web')).toMatchObject({ enabled: true, minReplicas: 6, maxReplicas: 20 });
  });

  it('fit on the minimum number of nodes with one zone lost, also during a rollout', () => {
    expect(fits(pods(6, true), free(apps), withoutZone(apps.min_count))).toBe(true);
  });

  it('leave the autoscaler nothing to add', () => {
    expect(nodesFor(pods(6, true), free(apps))).toBeLessThanOrEqual(apps.min_count);
  });
});

describe('twenty replicas', () => {
  it('need more than the minimum number of nodes, so that the cluster autoscaler has to add some', () => {
    expect(fits(pods(20, false), free(apps), apps.min_count)).toBe(false);
  });

  it('fit on the maximum number of nodes with one zone lost, also during a rollout', () => {
    expect(fits(pods(20, true), free(apps), withoutZone(apps.max_count))).toBe(true);
  });

  it('need at most half of the maximum number of nodes, so that there is room for a second service', () => {
    expect(nodesFor(pods(20, true), free(apps))).toBeLessThanOrEqual(apps.max_count * 0.6);
  });
});

describe('the system pool', () => {
  /** Argo CD as installed, highly available, with the Redis of values.tf. */
  const argocdPods = (): Amount[] => {
    const replicas = (name: string): number => Number((argocd[name] as Values).replicas);
    const of = (name: string) => amountOf(((argocd[name] as Values).resources as Values).requests as Values);
    return [
      ...['controller', 'server', 'repoServer'].flatMap((name) => Array<Amount>(replicas(name)).fill(of(name))),
      ...Array<Amount>(3).fill({ cpu: millicores('70m'), memory: mebibytes('96Mi') }),
      ...Array<Amount>(3).fill({ cpu: millicores('20m'), memory: mebibytes('64Mi') }),
    ];
  };

  it('holds the cluster’s own pods and Argo CD with one zone lost', () => {
    const pods = [...Object.values(CLUSTER_PODS), ...argocdPods()];
    expect(fits(pods, free(system), withoutZone(system.min_count))).toBe(true);
  });

  it('is as large as AKS requires: four vCPU per node', () => {
    expect(allocatable(system.vm_size, system.max_pods, []).cpu).toBeGreaterThan(3500);
  });
});
