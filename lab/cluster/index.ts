import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuilderEndpoint } from '../builder/index.ts';
import { LabError } from '../errors.ts';
import type { Lab } from '../lab.ts';
import type { RegistryEndpoint } from '../registries/index.ts';
import { choosePort, onFreePorts } from '../services/ports.ts';
import { isRunning } from '../services/processes.ts';
import type { ServiceSpec } from '../services/supervisor.ts';
import { ensureCgroup } from './cgroups.ts';
import type { ClusterContext } from './components/context.ts';
import { apiServer, controllerManager, etcd, scheduler } from './components/control-plane.ts';
import { coredns } from './components/dns.ts';
import { gateways } from './components/gateways.ts';
import { containerd, kubelet, kubeProxy } from './components/node.ts';
import { ensureImage, pauseImage } from './images.ts';
import { kubeconfig } from './kubeconfig.ts';
import { type Cluster, type KubernetesObject, openCluster } from './kubectl.ts';
import { clusterLayout, HUB_NAME, NODE_NAME } from './layout.ts';
import { type CommandPrefix, ensureNamespaces, insideNetwork } from './namespaces.ts';
import { ensurePki } from './pki.ts';
import { componentRoles } from './roles.ts';
import { stopCluster } from './stop.ts';

export { type Cluster, type ClusterAccess, type KubernetesObject, openCluster } from './kubectl.ts';
export { stopCluster } from './stop.ts';

/** How to reach the lab's cluster. */
export interface ClusterEndpoint {
  /** A kubeconfig for this machine, of an administrator. */
  kubeconfig: string;
  /** Where this machine reaches the shop's node port. */
  webUrl: string;
  /** The hub's address for pods, if the lab has a hub. */
  hubUrl?: string;
}

export interface ClusterNeeds {
  /** Where the node pulls images from. */
  registry: RegistryEndpoint;
  builder: BuilderEndpoint;
  /** The hub's address on this machine; pods reach it under a name of its own. */
  hub?: string | undefined;
}

/** Where programs run that must be in the cluster's network, such as the traffic to the shop's node port. */
export const insideCluster = (labDir: string): CommandPrefix => insideNetwork(clusterLayout(labDir));

/** The lab's own cluster behind the interface that every cluster has. */
export function labCluster(labDir: string, { kubeconfig: file, webUrl }: ClusterEndpoint): Cluster {
  const cache = join(clusterLayout(labDir).dir, 'kubectl');
  return openCluster({ kubeconfig: file, webUrl, cache, inside: insideCluster(labDir) });
}

/**
 * Starts the cluster or keeps it running: Kubernetes in a network namespace of its own, with one node that runs pods on
 * containerd. Resolves when the node is ready.
 */
export async function startCluster(
  lab: Lab,
  needs: ClusterNeeds,
  progress: (line: string) => void,
): Promise<ClusterEndpoint> {
  const layout = clusterLayout(lab.dir);
  const image = await ensureImage(lab, pauseImage(), needs.registry, needs.builder, progress);

  // What is left of a node that was killed cannot be taken over: containers whose keeper is gone.
  if (!runs(lab, 'containerd') || !runs(lab, 'gateway-inside')) await stopCluster(lab.state);
  await mkdir(layout.dir, { recursive: true, mode: 0o700 });
  const pki = await ensurePki(layout.pki);
  await ensureNamespaces(layout);
  await ensureCgroup(layout.cgroup);

  const context: ClusterContext = { layout, pki, registry: needs.registry, pauseImage: image };
  const start = async (spec: ServiceSpec) => {
    const started = performance.now();
    await lab.supervisor.start(spec);
    progress(`${spec.name} is ready after ${((performance.now() - started) / 1000).toFixed(1)} s`);
  };
  const together = (...specs: (ServiceSpec | Promise<ServiceSpec>)[]) =>
    settle(specs.map(async (spec) => start(await spec)));
  const { endpoint, apiPort } = await onFreePorts(async () => {
    const ports = {
      apiServer: await keptPort(lab, 'cluster-api'),
      web: await keptPort(lab, 'shop'),
      registry: Number(needs.registry.host.split(':')[1]),
      hub: needs.hub === undefined ? undefined : Number(new URL(needs.hub).port),
    };
    await together(...(await gateways(layout, ports)));
    const found: ClusterEndpoint = {
      kubeconfig: join(layout.dir, 'admin.kubeconfig'),
      webUrl: `http://127.0.0.1:${ports.web}`,
      ...(ports.hub === undefined ? {} : { hubUrl: `http://${HUB_NAME}:${ports.hub}` }),
    };
    return { endpoint: found, apiPort: ports.apiServer };
  });
  const config = kubeconfig(`https://127.0.0.1:${apiPort}`, pki.authorities.cluster, pki.identities.admin);
  await writeFile(endpoint.kubeconfig, config, { mode: 0o600 });
  const cluster = labCluster(lab.dir, endpoint);

  await together(etcd(context), containerd(context));
  await together(apiServer(context));
  await settle([
    cluster.apply(componentRoles()),
    together(controllerManager(context), scheduler(context), kubelet(context), kubeProxy(context), coredns(context)),
  ]);
  await untilNodeReady(cluster, lab);
  await untilPodsAreAdmitted(cluster, lab);
  await untilPodsAreNew(cluster, lab);
  return endpoint;
}

const runs = (lab: Lab, service: string): boolean => {
  const record = lab.state.service(service);
  return record !== undefined && isRunning(record);
};

/** Waits for all, also when one fails: what still starts must be on record before anything is stopped. */
async function settle(works: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A port on which the gateway listens outside; it listens on several, so the record of its service names only one. */
async function keptPort(lab: Lab, purpose: string): Promise<number> {
  const kept = lab.state.ports[purpose];
  return kept !== undefined && runs(lab, 'gateway-outside') ? kept : choosePort(lab.state, purpose);
}

interface NodeObject extends KubernetesObject {
  status: { conditions?: { type: string; status: string; lastHeartbeatTime: string; message: string }[] };
}

const NODE_READY_WITHIN = 60_000;

/** A pod without an account of its own is refused until the controller manager has made the namespace's, a moment after its own start. */
async function untilPodsAreAdmitted(cluster: Cluster, lab: Lab): Promise<void> {
  const deadline = Date.now() + NODE_READY_WITHIN;
  while ((await cluster.find('serviceaccount', 'default', '--namespace=default')) === undefined) {
    lab.signal?.throwIfAborted();
    if (Date.now() > deadline) {
      throw new LabError(
        'The controller manager has not made the default service account.',
        'See `npm run lab -- logs kube-controller-manager`.',
      );
    }
    await sleep(100);
  }
}

/** A node that ran before still counts as ready at first: what it said last must be younger than its kubelet. */
async function untilNodeReady(cluster: Cluster, lab: Lab): Promise<void> {
  const since = Date.parse(lab.state.service('kubelet')?.since ?? '');
  const deadline = Date.now() + NODE_READY_WITHIN;
  for (;;) {
    lab.signal?.throwIfAborted();
    const node = await cluster.find<NodeObject>('node', NODE_NAME);
    const ready = node?.status.conditions?.find(({ type }) => type === 'Ready');
    // Times in the API have no fractions of a second.
    if (ready?.status === 'True' && Date.parse(ready.lastHeartbeatTime) >= Math.floor(since / 1000) * 1000) return;
    if (Date.now() > deadline) {
      throw new LabError(
        `The cluster's node did not become ready: ${ready?.message ?? 'it has not registered'}.`,
        'See `npm run lab -- logs kubelet` and `npm run lab -- logs containerd`.',
      );
    }
    await sleep(100);
  }
}

interface PodList {
  items: (KubernetesObject & {
    status: { phase: string; containerStatuses?: { state: { running?: { startedAt: string } } }[] };
  })[];
}

const PODS_KNOWN_WITHIN = 30_000;

/** Pods of an earlier run still count as ready at first: no container can be older than the containerd that runs it. */
async function untilPodsAreNew(cluster: Cluster, lab: Lab): Promise<void> {
  const since = Math.floor(Date.parse(lab.state.service('containerd')?.since ?? '') / 1000) * 1000;
  const deadline = Date.now() + PODS_KNOWN_WITHIN;
  for (;;) {
    lab.signal?.throwIfAborted();
    const { items } = await cluster.get<PodList>('pods', '--all-namespaces');
    const old = items.filter(({ status }) =>
      status.containerStatuses?.some(({ state }) => state.running && Date.parse(state.running.startedAt) < since),
    );
    if (old.length === 0) return;
    if (Date.now() > deadline) {
      throw new LabError(
        `The node still reports containers that have gone: ${old.map(({ metadata }) => metadata.name).join(', ')}.`,
        'See `npm run lab -- logs kubelet`; `npm run lab -- down` and `up` start it anew.',
      );
    }
    await sleep(200);
  }
}
