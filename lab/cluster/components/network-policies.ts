import type { ServiceSpec } from '../../services/supervisor.ts';
import { toolPath } from '../../tools/index.ts';
import { runTool } from '../../tools/run.ts';
import { insideNetwork } from '../host/namespaces.ts';
import { NETWORK, NODE_NAME, PORTS } from '../layout.ts';
import { type ClusterContext, createService, getSocketPath, writeKubeconfig } from './context.ts';
import { checkHealth } from './health.ts';

/** kube-router creates this chain before it handles the first policy. */
const DEFAULT_CHAIN = 'KUBE-NWPLCY-DEFAULT';

/**
 * Enforces network policies with rules in the cluster's network namespace. Of kube-router's three parts only the firewall
 * runs: CNI and kube-proxy do the rest. A packet that no policy allows is rejected, so that the sender does not wait.
 */
export async function kubeRouter(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'kube-router');
  const { command, args } = insideNetwork(layout);
  return createService(context, {
    name: 'kube-router',
    tool: 'kube-router',
    namespace: 'network',
    args: [
      '--run-firewall=true',
      '--run-router=false',
      '--run-service-proxy=false',
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      `--service-cluster-ip-range=${NETWORK.serviceRange}`,
      `--health-port=${PORTS.kubeRouterHealth}`,
    ],
    config: [pki.identities['kube-router'].certificate, pki.authorities.cluster],
    async ready() {
      // It reports good health from the start, before there are any rules.
      await checkHealth(getSocketPath(layout, PORTS.kubeRouterHealth), '/healthz');
      await runTool(command, [...args, toolPath('iptables'), '--list-rules', DEFAULT_CHAIN], {
        action: 'reading packet rules',
      });
    },
  });
}
