import { type Cluster, openCluster } from '../cluster/index.ts';
import { LabError } from '../errors.ts';

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

/**
 * Opens the cluster and looks whether the story can be played on it.
 * @throws LabError with what is missing
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
  return cluster;
}
