import { createHash, randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { getModuleFilesDir } from '../../tools/go.ts';
import { toolPath } from '../../tools/index.ts';
import { runTool } from '../../tools/run.ts';
import type { Cluster, KubernetesObject } from '../kubectl.ts';
import { type ArgoImages, adaptArgoManifests, NAMESPACE } from './manifests.ts';
import { ARGOCD_DIR, mergeValues, readInstallValues, readShopValues, TOPOLOGIES, type Topology } from './values.ts';

export { NAMESPACE as ARGO_NAMESPACE } from './manifests.ts';

const COMMON_WORKLOADS = [
  'deployment/argocd-repo-server',
  'deployment/argocd-server',
  'statefulset/argocd-application-controller',
] as const;
const WORKLOADS = {
  single: [...COMMON_WORKLOADS, 'deployment/argocd-redis'],
  ha: [...COMMON_WORKLOADS, 'deployment/argocd-redis-ha-haproxy', 'statefulset/argocd-redis-ha-server'],
} as const;
const MANIFESTS = { single: 'install.yaml', ha: 'ha/install.yaml' } as const;

const parseObjects = (text: string): KubernetesObject[] =>
  parseAllDocuments(text).flatMap((document) => (document.toJSON() as KubernetesObject | null) ?? []);

/** Renders a chart with Helm for Argo CD's namespace. The release has the name of the chart's directory. */
async function renderChart(chart: string, values: unknown): Promise<KubernetesObject[]> {
  const args = ['template', basename(chart), chart, '--namespace', NAMESPACE, '--values', '-'];
  const options = { action: `rendering ${chart}`, input: JSON.stringify(values), stdoutOnly: true };
  return parseObjects(await runTool(toolPath('helm'), args, options));
}

export interface ArgoInstallation {
  topology: Topology;
  /** The published images by default. */
  images?: ArgoImages;
}

/** Installs or updates Argo CD from its own manifests and argocd/install/values.yaml. Resolves when it is ready. */
export async function installArgo(cluster: Cluster, { topology, images }: ArgoInstallation): Promise<void> {
  const files = getModuleFilesDir(realpathSync(toolPath('argocd')));
  const published = parseObjects(await readFile(join(files, 'manifests', MANIFESTS[topology]), 'utf8'));
  const objects = adaptArgoManifests(published, await readInstallValues(topology), images);
  const hash = createHash('sha256').update(JSON.stringify(objects)).digest('hex');
  if (!(await isInstalled(cluster, topology, hash))) {
    await cluster.apply([createNamespace()]);
    await ensureRedisPassword(cluster);
    await cluster.apply(objects);
    await removeOtherTopology(cluster, topology);
    await cluster.apply([createNamespace({ [HASH_ANNOTATION]: hash })]);
  }
  await waitForArgo(cluster, topology);
}

/** Deletes the Redis of the other topology, so that its pods do not stay beside the ones that are used. */
async function removeOtherTopology(cluster: Cluster, topology: Topology): Promise<void> {
  const others = TOPOLOGIES.filter((other) => other !== topology).flatMap((other) => WORKLOADS[other]);
  const gone = others.filter((workload) => !(WORKLOADS[topology] as readonly string[]).includes(workload));
  await cluster.kubectl('delete', ...gone, `--namespace=${NAMESPACE}`, '--ignore-not-found', '--wait=false');
}

/** Records what was installed in an annotation of the namespace. A warm start saves the two seconds of applying it again. */
const HASH_ANNOTATION = 'gitops-lab/installed';

const createNamespace = (annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, annotations },
});

async function isInstalled(cluster: Cluster, topology: Topology, hash: string): Promise<boolean> {
  const existing = await cluster.find('namespace', NAMESPACE);
  if (existing?.metadata.annotations?.[HASH_ANNOTATION] !== hash) return false;
  const { items } = await cluster.get<{ items: KubernetesObject[] }>(
    'deployment,statefulset',
    '--namespace',
    NAMESPACE,
  );
  const names = items.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  return WORKLOADS[topology].every((workload) => names.includes(workload));
}

/**
 * Creates the password of Redis. Otherwise its init container would create it, and every other component would fail and
 * back off until then. An existing password is used: https://github.com/argoproj/argo-cd/blob/master/cmd/argocd/commands/admin/redis_initial_password.go
 */
async function ensureRedisPassword(cluster: Cluster): Promise<void> {
  const metadata = { name: 'argocd-redis', namespace: NAMESPACE };
  if (await cluster.find('secret', metadata.name, '--namespace', NAMESPACE)) return;
  const auth = randomBytes(24).toString('base64url');
  await cluster.apply([{ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { auth } }]);
}

/** Time limit for Argo CD, in seconds. The three pods of Redis start one after the other, each in more than a minute. */
const READY_SECONDS = { single: 180, ha: 420 } as const;

/** Resolves when the components of Argo CD that we install are ready. */
export async function waitForArgo(cluster: Cluster, topology: Topology): Promise<void> {
  const seconds = READY_SECONDS[topology];
  await Promise.all(WORKLOADS[topology].map((workload) => cluster.waitForRollout(NAMESPACE, workload, seconds)));
}

export interface Bootstrap {
  /** The repository, with its URL for pods. */
  repository: { url: string; revision: string };
  /** A login with read access; without it, the repository must be public. */
  login?: { username: string; password: string };
  /** Merged into the values of argocd/bootstrap. */
  values?: Record<string, unknown>;
}

const SECRET_TYPE_LABEL = 'argocd.argoproj.io/secret-type';

/** Applies argocd/bootstrap: projects, permissions and the root application, from which Argo CD creates everything else. */
export async function bootstrapApplications(cluster: Cluster, { repository, login, values }: Bootstrap): Promise<void> {
  const common = { repository, shop: { values: await readShopValues() } };
  const objects = await renderChart(join(ARGOCD_DIR, 'bootstrap'), mergeValues(common, values));
  const secret = login && {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'repository', namespace: NAMESPACE, labels: { [SECRET_TYPE_LABEL]: 'repository' } },
    stringData: { type: 'git', url: repository.url, ...login },
  };
  await cluster.apply(secret ? [secret, ...objects] : objects);
}

/** The applications that argocd/ defines. The root is deleted first because it would recreate the others. */
export const APPLICATIONS = ['root', 'shop'] as const;

/** Deletes these applications and their resources. Argo CD and all other applications remain. */
export async function removeApplications(cluster: Cluster): Promise<void> {
  for (const name of APPLICATIONS) {
    const flags = [`--namespace=${NAMESPACE}`, '--ignore-not-found', '--timeout=120s'];
    await cluster.kubectl('delete', 'application', name, ...flags);
  }
}
