import type { ServiceSpec } from '../../services/supervisor.ts';
import { requireOk } from '../health.ts';
import { HUB_NAME, NETWORK, PORTS } from '../layout.ts';
import { type ClusterContext, component, socketTo, writeConfig, writeKubeconfig } from './context.ts';

/**
 * Names of services, and the hub's. A program of the node, not a pod, so that pods can look names up from the start.
 * Names of the world are not known: pods have no way there.
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
  return component(context, {
    name: 'coredns',
    tool: 'coredns',
    place: 'network',
    args: ['-conf', file],
    config: [text, pki.identities.coredns.certificate, pki.authorities.cluster],
    ready: () => requireOk(socketTo(layout, PORTS.dnsHealth), '/ready'),
  });
}
