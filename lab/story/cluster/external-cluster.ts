import { APPLICATIONS } from '../../cluster/argo/index.ts';
import { type Cluster, type KubernetesObject, openCluster } from '../../cluster/index.ts';
import { LabError } from '../../errors.ts';
import { FULL_NAME } from '../repository/accounts.ts';
import { ARGO_NAMESPACE } from './argo.ts';

/** A cluster that the lab did not make, as its user describes it. */
export interface ForeignCluster {
  /** Context in the kubeconfig. */
  context: string;
  /** File; without it kubectl's own rules hold (KUBECONFIG, ~/.kube/config). */
  kubeconfig?: string;
  /** Where this machine reaches the shop: `http://127.0.0.1:PORT`, a node port or a `kubectl port-forward`. */
  webUrl: string;
  /** Where the cluster reaches the hub's Git. */
  hubUrl: string;
}

const NEXT = 'What such a cluster needs is in lab/README.md, "A cluster of your own".';

interface Application extends KubernetesObject {
  spec: { source?: { repoURL: string } };
}

/** An earlier telling's, whatever port the hub had then. */
const isOfTheStory = ({ metadata, spec }: Application): boolean =>
  APPLICATIONS.some((name) => name === metadata.name) && spec.source?.repoURL.endsWith(`/${FULL_NAME}.git`) === true;

/** The story empties Argo CD's default project and makes and deletes a namespace's applications: nobody else's may be there. */
async function refuseOthers(cluster: Cluster, context: string): Promise<void> {
  const where = `--namespace=${ARGO_NAMESPACE}`;
  const { items } = await cluster.get<{ items: Application[] }>('applications.argoproj.io', where);
  const others = items.filter((each) => !isOfTheStory(each)).map(({ metadata }) => metadata.name);
  if (others.length > 0) {
    throw new LabError(
      `Argo CD in the cluster of context ${context} has applications that are not the story's: ${others.join(', ')}.`,
      'The story needs an Argo CD of its own: it takes every right from the default project. Use a cluster made for it.',
    );
  }
}

/**
 * Opens the cluster and looks whether the story can be played on it, without changing anything.
 * @throws LabError with what is missing, or whose cluster it is
 */
export async function openForeignCluster({ context, kubeconfig, webUrl }: ForeignCluster): Promise<Cluster> {
  const cluster = openCluster({ context, kubeconfig, webUrl });
  const wanted = [
    ['Argo CD', 'statefulset', 'argocd-application-controller', '--namespace=argocd'],
    ['Argo CD', 'deployment', 'argocd-repo-server', '--namespace=argocd'],
    ['the metrics API', 'apiservice', 'v1beta1.metrics.k8s.io'],
  ] as const;
  for (const [what, ...object] of wanted) {
    if ((await cluster.find(...object)) === undefined) {
      throw new LabError(`The cluster of context ${context} has no ${object[1]}: ${what} is not installed.`, NEXT);
    }
  }
  const where = `--namespace=${ARGO_NAMESPACE}`;
  const { data } = await cluster.get<KubernetesObject & { data: Record<string, string> }>(
    'configmap',
    'argocd-cm',
    where,
  );
  if (data['accounts.deployer'] === undefined) {
    throw new LabError(
      `Argo CD in the cluster of context ${context} has no account deployer, which act 14 tries.`,
      NEXT,
    );
  }
  await refuseOthers(cluster, context);
  return cluster;
}
