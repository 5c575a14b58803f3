import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BuilderEndpoint } from '../builder/index.ts';
import { LabError } from '../errors.ts';
import type { Lab } from '../lab.ts';
import type { RegistryEndpoint } from '../registries/index.ts';
import { choosePort, retryOnTakenPort } from '../services/ports.ts';
import { isRunning } from '../services/processes.ts';
import type { ServiceSpec } from '../services/supervisor.ts';
import type { ClusterContext } from './components/context.ts';
import { apiServer, controllerManager, etcd, scheduler } from './components/control-plane.ts';
import { coredns } from './components/dns.ts';
import { kubeRouter } from './components/network-policies.ts';
import { containerd, kubelet, kubeProxy } from './components/node.ts';
import { createComponentRoles } from './components/roles.ts';
import { createGatewayServices } from './gateway/services.ts';
import { ensureCgroup } from './host/cgroups.ts';
import { type CommandPrefix, ensureNamespaces, insideNetwork } from './host/namespaces.ts';
import { ensureImage, getPauseImage } from './images.ts';
import { type Cluster, connectToCluster, type KubernetesObject } from './kubectl.ts';
import { getClusterLayout, HUB_NAME, NODE_NAME } from './layout.ts';
import { ensurePki } from './pki/index.ts';
import { createKubeconfig } from './pki/kubeconfig.ts';
import { stopCluster } from './stop.ts';

export { type Cluster, type ClusterAccess, connectToCluster, type KubernetesObject } from './kubectl.ts';
export { stopCluster } from './stop.ts';

/** How to reach the lab's cluster. */
export interface ClusterEndpoint {
  /** Path of an administrator's kubeconfig for this machine. */
  kubeconfig: string;
  /** URL of the shop's node port on this machine. */
  webUrl: string;
  /** URL of the hub for pods, if the lab has one. */
  hubUrl?: string;
}

export interface ClusterDependencies {
  /** The registry from which the node pulls images. */
  registry: RegistryEndpoint;
  builder: BuilderEndpoint;
  /** URL of the hub on this machine; pods use another host name. */
  hub?: string | undefined;
}

/** Runs programs in the cluster's network, such as the traffic to the shop's node port. */
export const insideCluster = (labDir: string): CommandPrefix => insideNetwork(getClusterLayout(labDir));

/** The client of the lab's cluster. */
export function connectToLabCluster(labDir: string, { kubeconfig }: ClusterEndpoint): Cluster {
  const cache = join(getClusterLayout(labDir).dir, 'kubectl');
  return connectToCluster({ kubeconfig, cache, inside: insideCluster(labDir) });
}

/**
 * Ensures that the cluster runs: Kubernetes in a separate network namespace, with one node that runs pods on containerd.
 * Resolves when the node is ready.
 */
export async function startCluster(
  lab: Lab,
  needs: ClusterDependencies,
  progress: (line: string) => void,
): Promise<ClusterEndpoint> {
  const layout = getClusterLayout(lab.dir);
  const image = await ensureImage(getPauseImage(), { ...needs, lab, progress });

  // A node that was killed cannot be continued: its containers have lost their supervisor.
  if (!isServiceRunning(lab, 'containerd') || !isServiceRunning(lab, 'gateway-inside')) await stopCluster(lab.state);
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
  const startAll = (...specs: (ServiceSpec | Promise<ServiceSpec>)[]) =>
    waitForAll(specs.map(async (spec) => start(await spec)));
  const { endpoint, apiPort } = await retryOnTakenPort(async () => {
    const ports = {
      apiServer: await reuseOrChoosePort(lab, 'cluster-api'),
      web: await reuseOrChoosePort(lab, 'shop'),
      registry: Number(needs.registry.host.split(':')[1]),
      hub: needs.hub === undefined ? undefined : Number(new URL(needs.hub).port),
    };
    await startAll(...(await createGatewayServices(layout, ports)));
    const reached: ClusterEndpoint = {
      kubeconfig: join(layout.dir, 'admin.kubeconfig'),
      webUrl: `http://127.0.0.1:${ports.web}`,
      ...(ports.hub === undefined ? {} : { hubUrl: `http://${HUB_NAME}:${ports.hub}` }),
    };
    return { endpoint: reached, apiPort: ports.apiServer };
  });
  const config = createKubeconfig(`https://127.0.0.1:${apiPort}`, pki.authorities.cluster, pki.identities.admin);
  await writeFile(endpoint.kubeconfig, config, { mode: 0o600 });
  const cluster = connectToLabCluster(lab.dir, endpoint);

  await startAll(etcd(context), containerd(context));
  await startAll(apiServer(context));
  await waitForAll([
    cluster.apply(createComponentRoles()),
    startAll(controllerManager(context), scheduler(context), kubelet(context), kubeProxy(context), coredns(context)),
  ]);
  await waitForNode(cluster, lab);
  // Before any pod that this run creates; it reads the addresses of the node.
  await startAll(kubeRouter(context));
  await waitForDefaultServiceAccount(cluster, lab);
  await waitForStalePodsToEnd(cluster, lab);
  return endpoint;
}

const isServiceRunning = (lab: Lab, service: string): boolean => {
  const record = lab.state.service(service);
  return record !== undefined && isRunning(record);
};

/** Waits for all, even if one fails: a service that is starting must be recorded before anything is stopped. */
async function waitForAll(tasks: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(tasks)).find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

/** A port of the outer gateway. It listens on several, but the record of its service has only one. */
async function reuseOrChoosePort(lab: Lab, purpose: string): Promise<number> {
  const previous = lab.state.ports[purpose];
  return previous !== undefined && isServiceRunning(lab, 'gateway-outside') ? previous : choosePort(lab.state, purpose);
}

interface NodeObject extends KubernetesObject {
  status: { conditions?: { type: string; status: string; lastHeartbeatTime: string; message: string }[] };
}

const NODE_READY_TIMEOUT_MS = 60_000;

/** A pod that names no service account is rejected until the controller manager has created the namespace's default, shortly after its start. */
async function waitForDefaultServiceAccount(cluster: Cluster, lab: Lab): Promise<void> {
  const deadline = Date.now() + NODE_READY_TIMEOUT_MS;
  while ((await cluster.find('serviceaccount', 'default', '--namespace=default')) === undefined) {
    lab.signal?.throwIfAborted();
    if (Date.now() > deadline) {
      throw new LabError(
        'The controller manager has not created the default service account.',
        'See `npm run lab -- logs kube-controller-manager`.',
      );
    }
    await sleep(100);
  }
}

/** A node of an earlier run still counts as ready at first: its last heartbeat must be newer than its kubelet. */
async function waitForNode(cluster: Cluster, lab: Lab): Promise<void> {
  const since = Date.parse(lab.state.service('kubelet')?.since ?? '');
  const deadline = Date.now() + NODE_READY_TIMEOUT_MS;
  for (;;) {
    lab.signal?.throwIfAborted();
    const node = await cluster.find<NodeObject>('node', NODE_NAME);
    const ready = node?.status.conditions?.find(({ type }) => type === 'Ready');
    // Timestamps of the API have no fractions of a second.
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

const STALE_PODS_TIMEOUT_MS = 30_000;

/** Pods of an earlier run still count as ready at first: a running container cannot be older than its containerd. */
async function waitForStalePodsToEnd(cluster: Cluster, lab: Lab): Promise<void> {
  const since = Math.floor(Date.parse(lab.state.service('containerd')?.since ?? '') / 1000) * 1000;
  const deadline = Date.now() + STALE_PODS_TIMEOUT_MS;
  for (;;) {
    lab.signal?.throwIfAborted();
    const { items } = await cluster.get<PodList>('pods', '--all-namespaces');
    const stale = items.filter(({ status }) =>
      status.containerStatuses?.some(({ state }) => state.running && Date.parse(state.running.startedAt) < since),
    );
    if (stale.length === 0) return;
    if (Date.now() > deadline) {
      throw new LabError(
        `The node still reports containers that no longer exist: ${stale.map(({ metadata }) => metadata.name).join(', ')}.`,
        'See `npm run lab -- logs kubelet`; `npm run lab -- down` and `up` restart it.',
      );
    }
    await sleep(200);
  }
}
