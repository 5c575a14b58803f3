import { createHash, randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { filesBeside } from '../../tools/go.ts';
import { toolPath } from '../../tools/index.ts';
import { runTool } from '../../tools/run.ts';
import type { Cluster, KubernetesObject } from '../kubectl.ts';
import { argoManifests, NAMESPACE } from './manifests.ts';
import { argocdDir, mergeValues, readInstallValues, readShopValues } from './values.ts';

export { NAMESPACE as ARGO_NAMESPACE } from './manifests.ts';

const WORKLOADS = [
  'deployment/argocd-redis',
  'deployment/argocd-repo-server',
  'deployment/argocd-server',
  'statefulset/argocd-application-controller',
] as const;

const parseObjects = (text: string): KubernetesObject[] =>
  parseAllDocuments(text).flatMap((document) => (document.toJSON() as KubernetesObject | null) ?? []);

/** The objects that Helm renders from a chart. */
async function renderChart(
  chart: string,
  release: string,
  namespace: string,
  values: unknown,
): Promise<KubernetesObject[]> {
  const args = ['template', release, chart, '--namespace', namespace, '--values', '-'];
  return parseObjects(
    await runTool(`rendering ${chart}`, toolPath('helm'), args, {
      input: JSON.stringify(values),
      stdoutOnly: true,
    }),
  );
}

/**
 * Installs Argo CD, or brings it to what its values say, from its own manifests and argocd/install/values.yaml.
 * Resolves when it works.
 *
 * @param image of Argo CD and Redis; without it, the published ones
 */
export async function installArgo(cluster: Cluster, image?: string): Promise<void> {
  const files = filesBeside(realpathSync(toolPath('argocd')));
  const published = parseObjects(await readFile(join(files, 'manifests', 'install.yaml'), 'utf8'));
  const objects = argoManifests(published, await readInstallValues(), image);
  const hash = createHash('sha256').update(JSON.stringify(objects)).digest('hex');
  if (!(await isInstalled(cluster, hash))) {
    await cluster.apply([namespace()]);
    await ensureRedisPassword(cluster);
    await cluster.apply(objects);
    await cluster.apply([namespace({ [HASH]: hash })]);
  }
  await untilArgoReady(cluster);
}

/** Notes on the namespace what was installed: applying it all takes two seconds that a warm start need not spend. */
const HASH = 'gitops-lab/installed';

const namespace = (annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE, annotations },
});

async function isInstalled(cluster: Cluster, hash: string): Promise<boolean> {
  const found = await cluster.find('namespace', NAMESPACE);
  if (found?.metadata.annotations?.[HASH] !== hash) return false;
  const { items } = await cluster.get<{ items: KubernetesObject[] }>(
    'deployment,statefulset',
    '--namespace',
    NAMESPACE,
  );
  const names = items.map(({ kind, metadata }) => `${kind.toLowerCase()}/${metadata.name}`);
  return WORKLOADS.every((workload) => names.includes(workload));
}

/**
 * Redis' first container would make its password, and every other component fail until then and wait before it tries again.
 * It takes a password that is there: https://github.com/argoproj/argo-cd/blob/master/cmd/argocd/commands/admin/redis_initial_password.go
 */
async function ensureRedisPassword(cluster: Cluster): Promise<void> {
  const metadata = { name: 'argocd-redis', namespace: NAMESPACE };
  if (await cluster.find('secret', metadata.name, '--namespace', NAMESPACE)) return;
  const auth = randomBytes(24).toString('base64url');
  await cluster.apply([{ apiVersion: 'v1', kind: 'Secret', metadata, stringData: { auth } }]);
}

/** Resolves when all that is left of Argo CD in our installation works. */
export async function untilArgoReady(cluster: Cluster, seconds = 120): Promise<void> {
  await Promise.all(WORKLOADS.map((workload) => cluster.waitForRollout(NAMESPACE, workload, seconds)));
}

export interface Bootstrap {
  /** The repository as Argo CD reaches it from inside the cluster. */
  repository: { url: string; revision: string };
  /** A login that may read it; without one it must be public. */
  login?: { username: string; password: string };
  /** Laid over the values of argocd/bootstrap. */
  values?: Record<string, unknown>;
}

const KUBERNETES_LABEL = 'argocd.argoproj.io/secret-type';

/** Applies argocd/bootstrap: projects, rights and the root application, from which everything else comes by itself. */
export async function bootstrapApplications(cluster: Cluster, { repository, login, values }: Bootstrap): Promise<void> {
  const common = { repository, shop: { values: await readShopValues() } };
  const objects = await renderChart(join(argocdDir, 'bootstrap'), 'bootstrap', NAMESPACE, mergeValues(common, values));
  const secret = login && {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'repository', namespace: NAMESPACE, labels: { [KUBERNETES_LABEL]: 'repository' } },
    stringData: { type: 'git', url: repository.url, ...login },
  };
  await cluster.apply(secret ? [secret, ...objects] : objects);
}

/** The applications that argocd/ defines. The root comes first: it would make the others anew. */
export const APPLICATIONS = ['root', 'shop'] as const;

/** Takes those applications away with everything they made; Argo CD itself stays, and so do all others. */
export async function removeApplications(cluster: Cluster): Promise<void> {
  for (const name of APPLICATIONS) {
    const where = [`--namespace=${NAMESPACE}`, '--ignore-not-found', '--timeout=120s'];
    await cluster.kubectl('delete', 'application', name, ...where);
  }
}
