import type { BuilderEndpoint } from '../builder/index.ts';
import type { Lab } from '../lab.ts';
import type { RegistryEndpoint } from '../registries/index.ts';
import { installArgo } from './argo/index.ts';
import { argocdImage, ensureImage, metricsServerImage } from './images.ts';
import { type ClusterEndpoint, labCluster } from './index.ts';
import { clusterLayout } from './layout.ts';
import { installMetricsServer } from './metrics-server.ts';
import { ensurePki } from './pki.ts';

/** Installs what runs in the cluster itself: metrics-server and Argo CD, from images of the lab's own making. */
export async function installAddOns(
  lab: Lab,
  endpoint: ClusterEndpoint,
  registry: RegistryEndpoint,
  builder: BuilderEndpoint,
  progress: (line: string) => void,
): Promise<void> {
  const cluster = labCluster(lab.dir, endpoint);
  const { identities, authorities } = await ensurePki(clusterLayout(lab.dir).pki);
  const metricsServer = {
    image: await ensureImage(lab, metricsServerImage(), registry, builder, progress),
    certificate: identities['metrics-server'],
    authority: authorities.cluster,
  };
  const argocd = await ensureImage(lab, argocdImage(), registry, builder, progress);
  progress('waiting for Argo CD');
  await Promise.all([installMetricsServer(cluster, metricsServer), installArgo(cluster, argocd)]);
}
