import type { ServiceSpec } from '../../services/supervisor.ts';
import { HUB_NAME, NETWORK, PORTS } from '../layout.ts';
import { type ClusterContext, createService, getSocketPath, writeConfig, writeKubeconfig } from './context.ts';
import { checkHealth } from './health.ts';

/**
 * Resolves the names of services and of the hub. It runs on the node, not in a pod, so that pods can resolve names from the
 * start. It does not resolve other names, because pods have no internet access.
 */
export async function coredns(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'coredns');
  const { file, text } = await writeConfig(
    context,
    'Corefile',
    `.:53 {
  bind ${NETWORK.nodeAddress}
  errors
  ready 127.0.0.1:${PORTS.dnsHealth}
  hosts {
    ${NETWORK.nodeAddress} ${HUB_NAME}
    fallthrough
  }
  kubernetes ${NETWORK.dnsDomain} {
    kubeconfig ${kubeconfig}
    ttl 5
  }
}
`,
  );
  return createService(context, {
    name: 'coredns',
    tool: 'coredns',
    namespace: 'network',
    args: ['-conf', file],
    config: [text, pki.identities.coredns.certificate, pki.authorities.cluster],
    ready: () => checkHealth(getSocketPath(layout, PORTS.dnsHealth), '/ready'),
  });
}
