/**
 * What the argo-cd chart renders from these values, as far as the network is concerned: read from `helm template argocd
 * --namespace argocd` of the chart, with plain Redis and with `redis-ha.enabled`. The chart is not in this repository,
 * and not every machine can reach its registry; check again for another version.
 */
export const CHART = {
  version: '10.1.1',
  source: 'https://github.com/argoproj/argo-helm/tree/argo-cd-10.1.1/charts/argo-cd',
  redisHa: 'https://github.com/DandyDeveloper/charts/tree/redis-ha-4.38.0/charts/redis-ha',
};

/** Every pod of every namespace. */
export const EVERY_POD = 'every pod';

/** A pod of the chart. */
export interface Pod {
  name: string;
  /** Whether it exists with redis-ha, without it, or both. */
  with: readonly ('redis' | 'redis-ha')[];
  labels: Readonly<Record<string, string>>;
  containers: readonly string[];
  /** The ports that it listens on, by name. */
  ports: Readonly<Record<string, number>>;
  /** Its NetworkPolicy, if the chart has one for it. */
  policy?: Policy;
}

export interface Policy {
  /** The value that creates it. */
  switchedOnBy: string;
  /** Which pods it allows to which ports, by name, whatever the values are. */
  lets: readonly { in: readonly string[]; to: readonly string[] }[];
  /** The value with more pods that it allows to the ports in `to`: `selectors` in the same namespace. */
  rules?: { value: string; to: readonly string[] };
}

const labels = (name: string) => ({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': 'argocd' });
const both = ['redis', 'redis-ha'] as const;
const create = 'global.networkPolicy.create';
const [controller, server, repoServer, applicationSet] = [
  'argocd-application-controller',
  'argocd-server',
  'argocd-repo-server',
  'argocd-applicationset-controller',
];
const [redis, haServer, haproxy] = ['argocd-redis', 'argocd-redis-ha-server', 'argocd-redis-ha-haproxy'];

export const PODS: readonly Pod[] = [
  {
    name: controller,
    with: both,
    labels: labels(controller),
    containers: ['application-controller'],
    ports: { metrics: 8082 },
    policy: { switchedOnBy: create, lets: [{ in: [EVERY_POD], to: ['metrics'] }] },
  },
  {
    name: server,
    with: both,
    labels: labels(server),
    containers: ['server'],
    ports: { server: 8080, metrics: 8083 },
    policy: { switchedOnBy: create, lets: [{ in: [EVERY_POD], to: ['server', 'metrics'] }] },
  },
  {
    name: repoServer,
    with: both,
    labels: labels(repoServer),
    containers: ['repo-server'],
    ports: { 'repo-server': 8081, metrics: 8084 },
    policy: {
      switchedOnBy: create,
      lets: [
        { in: [server, controller, applicationSet], to: ['repo-server'] },
        { in: [EVERY_POD], to: ['metrics'] },
      ],
    },
  },
  // It has a policy only if its ingress or its metrics are enabled.
  {
    name: applicationSet,
    with: both,
    labels: labels(applicationSet),
    containers: ['applicationset-controller'],
    ports: { metrics: 8080, probe: 8081, webhook: 7000 },
  },
  {
    name: redis,
    with: ['redis'],
    labels: labels(redis),
    containers: ['redis'],
    ports: { redis: 6379 },
    policy: { switchedOnBy: create, lets: [{ in: [server, repoServer, controller], to: ['redis'] }] },
  },
  {
    name: haServer,
    with: ['redis-ha'],
    labels: { release: 'argocd', app: 'redis-ha', 'argocd-redis-ha': 'replica' },
    containers: ['redis', 'sentinel', 'split-brain-fix'],
    ports: { redis: 6379, sentinel: 26379 },
    policy: {
      switchedOnBy: 'redis-ha.networkPolicy.enabled',
      lets: [{ in: [haServer, haproxy], to: ['redis', 'sentinel'] }],
      rules: { value: 'redis-ha.networkPolicy.ingressRules', to: ['redis', 'sentinel'] },
    },
  },
  {
    name: haproxy,
    with: ['redis-ha'],
    labels: {
      app: 'redis-ha-haproxy',
      release: 'argocd',
      component: 'haproxy',
      'app.kubernetes.io/name': 'argocd-redis-ha-haproxy',
    },
    containers: ['haproxy'],
    ports: { probe: 8888, redis: 6379, 'metrics-port': 9101 },
    policy: {
      switchedOnBy: 'redis-ha.haproxy.networkPolicy.enabled',
      lets: [{ in: [haServer], to: ['redis'] }],
      rules: { value: 'redis-ha.haproxy.networkPolicy.ingressRules', to: ['redis'] },
    },
  },
  // A job that ends before anything else starts.
  {
    name: 'argocd-redis-secret-init',
    with: both,
    labels: labels('argocd-redis-secret-init'),
    containers: ['secret-init'],
    ports: {},
  },
];
