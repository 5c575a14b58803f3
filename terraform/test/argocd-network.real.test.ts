/**
 * Who can reach which component of Argo CD, with the values that Terraform passes to its chart and what the chart
 * renders from them.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, EVERY_POD, PODS, type Pod } from '../../argocd/test/argo-cd-chart.ts';
import { mergeValues } from '../../lab/cluster/argo/values.ts';
import { bodies, readConfiguration } from '../scripts/hcl.ts';
import { project, Workspace } from './workspace.ts';

interface Planned {
  planned_values: { root_module: { resources: { address: string; values: { values: (string | null)[] } }[] } };
}

interface Rule {
  selectors: {
    podSelector?: { matchLabels: Record<string, string> };
    namespaceSelector?: unknown;
    ipBlock?: unknown;
  }[];
  ports?: unknown;
}

/** The values of Argo CD as Helm merges them, without those of the sign-in, which are unknown before the apply. */
async function valuesOf(workspace: Workspace): Promise<unknown> {
  const file = '-var-file=../environments/production.bootstrap.tfvars';
  await workspace.succeed('bootstrap', 'plan', '-out=planned', '-input=false', file);
  const { planned_values } = JSON.parse(await workspace.succeed('bootstrap', 'show', '-json', 'planned')) as Planned;
  const release = planned_values.root_module.resources.find(({ address }) => address === 'helm_release.argocd');
  const known = (release?.values.values ?? []).filter((text) => text !== null);
  return known.map((text) => parse(text) as unknown).reduce(mergeValues);
}

const at = (values: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((found, name) => (found as Record<string, unknown> | undefined)?.[name], values);

/**
 * The pods that a selector matches. The values have no selectors for other namespaces or addresses, so those are
 * rejected.
 */
function selected(pods: readonly Pod[], { podSelector, ...others }: Rule['selectors'][number]): string[] {
  if (podSelector === undefined || Object.keys(others).length > 0) throw new Error(`allows more than pods: ${others}`);
  const wanted = Object.entries(podSelector.matchLabels);
  return pods.filter(({ labels }) => wanted.every(([name, value]) => labels[name] === value)).map(({ name }) => name);
}

/** Who can connect to each port. A pod with policies allows what they say, and any other pod allows everybody. */
function reachable(values: unknown): Record<string, string[]> {
  const kind = at(values, 'redis-ha.enabled') === true ? 'redis-ha' : 'redis';
  const pods = PODS.filter((pod) => pod.with.includes(kind));
  const closed = at(values, 'global.networkPolicy.create') && at(values, 'global.networkPolicy.defaultDenyIngress');
  const ports = pods.flatMap(({ name, ports, policy }) =>
    Object.keys(ports).map((port): [string, string[]] => {
      const own = policy !== undefined && at(values, policy.switchedOnBy) === true ? policy : undefined;
      if (own === undefined) return [`${name} ${port}`, closed ? [] : [EVERY_POD]];
      const rules = own.rules?.to.includes(port) ? ((at(values, own.rules.value) ?? []) as Rule[]) : [];
      const given = rules.flatMap(({ selectors }) => selectors.flatMap((each) => selected(pods, each)));
      const fixed = own.lets.filter(({ to }) => to.includes(port)).flatMap((each) => each.in);
      return [
        `${name} ${port}`,
        [...fixed, ...given].filter((each) => each === EVERY_POD || isThere(pods, each)).sort(),
      ];
    }),
  );
  return Object.fromEntries(ports);
}

const isThere = (pods: readonly Pod[], name: string): boolean => pods.some((pod) => pod.name === name);

const [CONTROLLER, REPO_SERVER, SERVER] = ['argocd-application-controller', 'argocd-repo-server', 'argocd-server'];
const everywhere = {
  'argocd-application-controller metrics': [EVERY_POD],
  'argocd-server server': [EVERY_POD],
  'argocd-server metrics': [EVERY_POD],
  'argocd-repo-server repo-server': [CONTROLLER, 'argocd-applicationset-controller', SERVER],
  'argocd-repo-server metrics': [EVERY_POD],
  'argocd-applicationset-controller metrics': [],
  'argocd-applicationset-controller probe': [],
  'argocd-applicationset-controller webhook': [],
};

let workspace: Workspace;
let few: unknown;
let many: unknown;
beforeAll(async () => {
  workspace = await Workspace.open();
  few = await valuesOf(workspace);
  // The minimum number of nodes in production.
  await workspace.edit('bootstrap/main.tf', (text) => text.replace(/(min_nodes +=) .*/, '$1 3'));
  many = await valuesOf(workspace);
}, 600_000);
afterAll(() => workspace.close());

describe('the components of Argo CD', () => {
  it('are those of the chart that Terraform installs', async () => {
    const { variable } = await readConfiguration(`${project}/terraform/bootstrap`);
    const type = String(bodies(variable).argocd?.type);
    expect(/chart_version\s+= optional\(string, "([^"]+)"\)/.exec(type)?.[1]).toBe(CHART.version);
  });

  it('allow only the required connections, with one Redis', () => {
    expect(reachable(few)).toEqual({ ...everywhere, 'argocd-redis redis': [CONTROLLER, REPO_SERVER, SERVER] });
  });

  it('allow only the required connections, with three, where Sentinel has no password', () => {
    expect(reachable(many)).toEqual({
      ...everywhere,
      'argocd-redis-ha-server redis': ['argocd-redis-ha-haproxy', 'argocd-redis-ha-server'],
      'argocd-redis-ha-server sentinel': ['argocd-redis-ha-haproxy', 'argocd-redis-ha-server'],
      'argocd-redis-ha-haproxy redis': [CONTROLLER, 'argocd-redis-ha-server', REPO_SERVER, SERVER],
      'argocd-redis-ha-haproxy metrics-port': [],
      'argocd-redis-ha-haproxy probe': [],
    });
  });

  it('can still resolve names with node-local DNS', () => {
    const rules = at(many, 'redis-ha.haproxy.networkPolicy.egressRules');
    expect(rules).toEqual([
      {
        selectors: [{ ipBlock: { cidr: '169.254.0.0/16' } }],
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
    ]);
  });

  // So that the tests above can fail.
  it.each(['redis-ha.networkPolicy', 'redis-ha.haproxy.networkPolicy'])(
    'would allow everybody without %s and the default deny',
    (policy) => {
      const without = policy.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), { enabled: false });
      const open = { global: { networkPolicy: { defaultDenyIngress: false } } };
      const found = reachable([many, without, open].reduce(mergeValues));
      expect(Object.values(found).filter(([who]) => who === EVERY_POD).length).toBeGreaterThan(
        Object.values(reachable(many)).filter(([who]) => who === EVERY_POD).length,
      );
    },
  );
});
