import { connectToLabCluster, type KubernetesObject } from '../../cluster/index.ts';
import { createSteps } from '../../lifecycle/steps.ts';
import { SHOP_NAMESPACE, WEB } from '../shop/shop.ts';
import type { ClusterProvider } from './provider.ts';

interface Service extends KubernetesObject {
  spec: { ports: { nodePort?: number }[] };
}

/** The lab's own cluster. Traffic starts inside its network and goes to the node port. */
export const labClusterProvider: ClusterProvider = {
  steps: createSteps(),
  async connect(labDir, { cluster: endpoint, hub }) {
    if (endpoint === undefined) return undefined;
    const cluster = connectToLabCluster(labDir, endpoint);
    return {
      cluster,
      hubUrl: endpoint.hubUrl ?? hub.url,
      async findShopTarget() {
        const service = await cluster.get<Service>('service', WEB, `--namespace=${SHOP_NAMESPACE}`);
        return { url: `http://127.0.0.1:${service.spec.ports[0]?.nodePort}/`, inside: cluster.access.inside };
      },
    };
  },
};
