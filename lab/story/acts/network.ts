import type { KubernetesObject } from '../../cluster/index.ts';
import type { Act, Stage } from '../act.ts';
import { ARGO_NAMESPACE } from '../cluster/argo.ts';
import type { Pod } from '../cluster/pods.ts';
import { type RunningShop, watchStableShop } from '../shop/running-shop.ts';
import { API, SHOP_NAMESPACE, WEB } from '../shop/shop.ts';
import { expectNoneLost } from '../shop/traffic.ts';
import { waitFor } from '../waiting.ts';
import type { World } from '../world.ts';

const VISITOR = 'visitor';
const REDIS = `argocd-redis.${ARGO_NAMESPACE}:6379`;
const ARGO_SERVER = `argocd-server.${ARGO_NAMESPACE}:443`;

const CONNECTED = 'connected';
/** A policy either rejects a connection or lets it wait; that depends on the network plug-in. */
const FORBIDDEN = ['refused', 'no response within 3 s'];

/** Connects to each argument (`HOST:PORT`) and prints the outcomes as a list. The shop's images have Node and no shell. */
const CONNECT = `
const { connect } = require('node:net');
const attempt = (address) => new Promise((resolve) => {
  const [host, port] = address.split(':');
  const socket = connect({ host, port, timeout: 3000 });
  const end = (outcome) => { socket.destroy(); resolve(outcome); };
  socket.on('connect', () => end('${CONNECTED}'));
  socket.on('timeout', () => end('no response within 3 s'));
  socket.on('error', ({ code }) => end(code === 'ECONNREFUSED' ? 'refused' : code));
});
Promise.all(process.argv.slice(1).map(attempt)).then((outcomes) => console.log(JSON.stringify(outcomes)));`;

const parseOutcomes = (output: string) => JSON.parse(output) as string[];

const namespace = `--namespace=${SHOP_NAMESPACE}`;

/** The outcomes of connections from a running workload. */
async function connectFrom({ cluster }: World, workload: string, ...addresses: string[]): Promise<string[]> {
  const command = ['node', '-e', CONNECT, ...addresses];
  return parseOutcomes(await cluster.kubectl('exec', workload, namespace, '--', ...command));
}

interface PodSpec {
  securityContext?: object;
  imagePullSecrets?: object[];
  containers: [{ image: string; securityContext?: object }];
}

/** A pod in the shop's namespace with web's image and security, but no label that a policy selects. It ends by itself. */
function createVisitor(web: Pod, addresses: readonly string[]): KubernetesObject {
  const { securityContext, imagePullSecrets = [], containers } = web.spec as PodSpec;
  const [{ image, securityContext: containerSecurity }] = containers;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: VISITOR, namespace: SHOP_NAMESPACE },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      securityContext,
      imagePullSecrets,
      containers: [
        {
          name: VISITOR,
          image,
          command: ['node', '-e', CONNECT, ...addresses],
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
          securityContext: containerSecurity,
        },
      ],
    },
  };
}

/** The outcomes of connections from a pod that no policy allows. The pod is deleted, whatever happens. */
async function connectFromVisitor(
  { cluster }: World,
  shop: RunningShop,
  addresses: readonly string[],
): Promise<string[]> {
  const [web] = shop.pods.items;
  if (web === undefined) throw new Error('web has no pod');
  const remove = () => cluster.kubectl('delete', 'pod', VISITOR, namespace, '--ignore-not-found');
  await remove();
  try {
    await cluster.apply([createVisitor(web, addresses)]);
    await waitFor('the pod that is not web to end', 60, async () => {
      const { status } = await cluster.get<Pod>('pod', VISITOR, namespace);
      if (status.phase === 'Failed') throw new Error(`the pod ${VISITOR} failed`);
      return status.phase === 'Succeeded';
    });
    return parseOutcomes(await cluster.kubectl('logs', VISITOR, namespace));
  } finally {
    await remove();
  }
}

function expectForbidden({ expect }: Stage, what: string, outcome = 'nothing'): void {
  expect.holds(what, FORBIDDEN.includes(outcome), outcome);
}

export const network: Act = {
  name: 'network',
  title: 'What the network policies forbid',
  timeoutSeconds: 150,
  async play(stage) {
    const { world, expect, progress } = stage;
    const shop = await watchStableShop(stage);
    const traffic = await stage.startTraffic();

    progress('connections from web');
    const [toApi, toArgo] = await connectFrom(world, `deployment/${WEB}`, `${API}:80`, ARGO_SERVER);
    expect.equal('web connects to api', toApi, CONNECTED);
    expectForbidden(stage, "web does not reach Argo CD's server, although that accepts everyone", toArgo);

    progress('connections from a pod that is not web');
    const [toWeb, notToApi, toRedis] = await connectFromVisitor(world, shop, [`${WEB}:80`, `${API}:80`, REDIS]);
    expect.equal('another pod connects to web, which is public', toWeb, CONNECTED);
    expectForbidden(stage, 'it does not reach api', notToApi);
    expectForbidden(stage, "it does not reach Argo CD's Redis", toRedis);

    progress('connections from api');
    // By address, because api cannot ask the DNS server either.
    const address = await world.cluster.kubectl(
      'get',
      'service',
      WEB,
      namespace,
      '--output=jsonpath={.spec.clusterIP}',
    );
    const [fromApi] = await connectFrom(world, `deployment/${API}`, `${address}:80`);
    expectForbidden(stage, 'api opens no connection', fromApi);
    await expectNoneLost(expect, traffic);
  },
};
