import type { ImageBuildContext } from '../../images/index.ts';
import { installArgo } from '../argo/index.ts';
import type { Topology } from '../argo/values.ts';
import { ensureImage, getArgocdImage, getMetricsServerImage, getRedisImage } from '../images.ts';
import { type ClusterEndpoint, connectToLabCluster } from '../index.ts';
import { getClusterLayout } from '../layout.ts';
import { ensurePki } from '../pki/index.ts';
import { installMetricsServer } from './metrics-server.ts';

/** Installs metrics-server and Argo CD in the cluster, from images that the lab builds. */
export async function installAddOns(
  endpoint: ClusterEndpoint,
  context: ImageBuildContext,
  topology: Topology = 'single',
): Promise<void> {
  const { lab, progress } = context;
  const cluster = connectToLabCluster(lab.dir, endpoint);
  const { identities, authorities } = await ensurePki(getClusterLayout(lab.dir).pki);
  const metricsServer = {
    image: await ensureImage(getMetricsServerImage(), context),
    certificate: identities['metrics-server'],
    authority: authorities.cluster,
  };
  const argocd = await ensureImage(getArgocdImage(), context);
  const redis = topology === 'ha' ? await ensureImage(getRedisImage(), context) : undefined;
  progress('waiting for Argo CD');
  await Promise.all([
    installMetricsServer(cluster, metricsServer),
    installArgo(cluster, { topology, images: { argocd, redis } }),
  ]);
}
