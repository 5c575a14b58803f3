import { APPLICATIONS } from '../../cluster/argo/index.ts';
import { type Cluster, connectToCluster, type KubernetesObject } from '../../cluster/index.ts';
import { LabError } from '../../errors.ts';
import { githubSteps } from '../../lifecycle/steps.ts';
import { ensureTools, type ToolName } from '../../tools/index.ts';
import { FULL_NAME } from '../repository/accounts.ts';
import { ARGO_NAMESPACE } from './argo.ts';
import type { ClusterProvider } from './provider.ts';

/** A cluster that the lab did not create, as the user describes it. */
export interface ExternalCluster {
  /** Context in the kubeconfig. */
  context: string;
  /** File; without it kubectl's own rules apply (KUBECONFIG, ~/.kube/config). */
  kubeconfig?: string;
  /** Where this machine reaches the shop: `http://127.0.0.1:PORT`. */
  webUrl: string;
  /** Where the cluster reaches the hub's Git. */
  hubUrl: string;
}

const NEXT = 'The requirements are in lab/README.md, "A cluster of your own".';

const TOOLS: readonly ToolName[] = ['kubectl', 'argocd'];

interface Application extends KubernetesObject {
  spec: { source?: { repoURL: string } };
}

/** Includes the applications of an earlier run, when the hub had another port. */
const belongsToStory = ({ metadata, spec }: Application): boolean =>
  APPLICATIONS.some((name) => name === metadata.name) && spec.source?.repoURL.endsWith(`/${FULL_NAME}.git`) === true;

/** The story empties Argo CD's default project and creates and deletes applications: no others may exist there. */
async function rejectOtherApplications(cluster: Cluster, context: string): Promise<void> {
  const { items } = await cluster.get<{ items: Application[] }>(
    'applications.argoproj.io',
    `--namespace=${ARGO_NAMESPACE}`,
  );
  const others = items.filter((application) => !belongsToStory(application)).map(({ metadata }) => metadata.name);
  if (others.length > 0) {
    throw new LabError(
      `Argo CD in the cluster of context ${context} has applications that are not the story's: ${others.join(', ')}.`,
      'The story needs a separate Argo CD, because it removes all permissions from the default project. Use a cluster created for it.',
    );
  }
}

/**
 * Opens the cluster and checks, without changing anything, that the story can be played on it.
 * @throws LabError with what is missing, or with the applications of others
 */
export async function openExternalCluster({
  context,
  kubeconfig,
}: Pick<ExternalCluster, 'context' | 'kubeconfig'>): Promise<Cluster> {
  const cluster = connectToCluster({ context, kubeconfig });
  const required = [
    ['Argo CD', 'statefulset', 'argocd-application-controller', '--namespace=argocd'],
    ['Argo CD', 'deployment', 'argocd-repo-server', '--namespace=argocd'],
    ['the metrics API', 'apiservice', 'v1beta1.metrics.k8s.io'],
  ] as const;
  for (const [what, ...object] of required) {
    if ((await cluster.find(...object)) === undefined) {
      throw new LabError(`The cluster of context ${context} has no ${object[1]}: ${what} is not installed.`, NEXT);
    }
  }
  const { data } = await cluster.get<KubernetesObject & { data: Record<string, string> }>(
    'configmap',
    'argocd-cm',
    `--namespace=${ARGO_NAMESPACE}`,
  );
  if (data['accounts.deployer'] === undefined) {
    throw new LabError(
      `Argo CD in the cluster of context ${context} has no account deployer, which act 14 uses.`,
      NEXT,
    );
  }
  await rejectOtherApplications(cluster, context);
  return cluster;
}

/** An external cluster. Traffic starts on this machine and goes to the address that the user gave. */
export const createExternalClusterProvider = (external: ExternalCluster): ClusterProvider => ({
  steps: [
    ...githubSteps,
    { title: 'Tools for the cluster', run: (lab, progress) => ensureTools(TOOLS, { progress, signal: lab.signal }) },
  ],
  async connect() {
    await ensureTools(TOOLS);
    return {
      cluster: await openExternalCluster(external),
      hubUrl: external.hubUrl,
      findShopTarget: async () => ({ url: external.webUrl }),
    };
  },
});
