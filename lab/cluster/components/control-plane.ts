import type { ServiceSpec } from '../../services/supervisor.ts';
import { requireOk } from '../health.ts';
import { NETWORK, PORTS } from '../layout.ts';
import { type ClusterContext, component, socketTo, writeKubeconfig } from './context.ts';

/** The store of everything in the cluster. Both ways by TLS, open to the API server alone. */
export function etcd(context: ClusterContext): ServiceSpec {
  const { layout, pki } = context;
  const url = `https://127.0.0.1:${PORTS.etcd}`;
  return component(context, {
    name: 'etcd',
    tool: 'etcd',
    place: 'network',
    args: [
      `--data-dir=${layout.etcd}`,
      // A lab is worth no disk flush: after a power cut it is made anew.
      '--unsafe-no-fsync',
      // It is alone, so it need not wait a second for others before it leads.
      '--heartbeat-interval=10',
      '--election-timeout=100',
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=https://127.0.0.1:${PORTS.etcd + 1}`,
      `--listen-metrics-urls=http://127.0.0.1:${PORTS.etcdHealth}`,
      '--client-cert-auth',
      `--trusted-ca-file=${pki.file('ca-etcd.crt')}`,
      `--cert-file=${pki.file('etcd.crt')}`,
      `--key-file=${pki.file('etcd.key')}`,
      '--peer-client-cert-auth',
      `--peer-trusted-ca-file=${pki.file('ca-etcd.crt')}`,
      `--peer-cert-file=${pki.file('etcd.crt')}`,
      `--peer-key-file=${pki.file('etcd.key')}`,
    ],
    config: [pki.identities.etcd.certificate, pki.authorities.etcd],
    ready: () => requireOk(socketTo(layout, PORTS.etcdHealth), '/health'),
  });
}

/** Kubernetes' API. Whoever asks needs a certificate or a token, and a role. */
export function apiServer(context: ClusterContext): ServiceSpec {
  const { layout, pki } = context;
  return component(context, {
    name: 'kube-apiserver',
    tool: 'kube-apiserver',
    place: 'network',
    args: [
      // All addresses of its network: pods come by the node's, components by 127.0.0.1.
      '--bind-address=0.0.0.0',
      `--secure-port=${PORTS.apiServer}`,
      `--advertise-address=${NETWORK.nodeAddress}`,
      `--service-cluster-ip-range=${NETWORK.serviceRange}`,
      `--tls-cert-file=${pki.file('api-server.crt')}`,
      `--tls-private-key-file=${pki.file('api-server.key')}`,
      `--client-ca-file=${pki.file('ca-cluster.crt')}`,
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--profiling=false',
      `--etcd-servers=https://127.0.0.1:${PORTS.etcd}`,
      `--etcd-cafile=${pki.file('ca-etcd.crt')}`,
      `--etcd-certfile=${pki.file('api-server-to-etcd.crt')}`,
      `--etcd-keyfile=${pki.file('api-server-to-etcd.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${pki.file('service-accounts.pub')}`,
      `--service-account-signing-key-file=${pki.file('service-accounts.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-certificate-authority=${pki.file('ca-cluster.crt')}`,
      `--kubelet-client-certificate=${pki.file('api-server-to-kubelet.crt')}`,
      `--kubelet-client-key=${pki.file('api-server-to-kubelet.key')}`,
      // For APIs served by others, such as metrics: https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
      `--requestheader-client-ca-file=${pki.file('ca-front-proxy.crt')}`,
      '--requestheader-allowed-names=front-proxy',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
      `--proxy-client-cert-file=${pki.file('front-proxy.crt')}`,
      `--proxy-client-key-file=${pki.file('front-proxy.key')}`,
      '--enable-aggregator-routing=true',
    ],
    config: [
      ...(['api-server', 'api-server-to-etcd', 'api-server-to-kubelet', 'front-proxy'] as const).map(
        (name) => pki.identities[name].certificate,
      ),
      ...Object.values(pki.authorities),
      pki.serviceAccounts.publicKey,
    ],
    ready: () =>
      requireOk(socketTo(layout, PORTS.apiServer), '/readyz', {
        authority: pki.authorities.cluster,
        client: pki.identities.admin,
      }),
  });
}

/** Flags by which a component serves its health and metrics: to those whom the API server lets in. */
function servingFlags(
  { pki }: ClusterContext,
  identity: 'controller-manager' | 'scheduler',
  port: number,
  kubeconfig: string,
) {
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${pki.file(`${identity}.crt`)}`,
    `--tls-private-key-file=${pki.file(`${identity}.key`)}`,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    // There is one of each.
    '--leader-elect=false',
    '--profiling=false',
  ];
}

/** The loops that bring the cluster to what its objects say; each with a service account of its own. */
export async function controllerManager(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'controller-manager');
  return component(context, {
    name: 'kube-controller-manager',
    tool: 'kube-controller-manager',
    place: 'network',
    args: [
      ...servingFlags(context, 'controller-manager', PORTS.controllerManager, kubeconfig),
      '--use-service-account-credentials',
      `--service-account-private-key-file=${pki.file('service-accounts.key')}`,
      `--root-ca-file=${pki.file('ca-cluster.crt')}`,
      // Metrics are 10 s old at most here, so the autoscaler need not wait its usual 15 s.
      '--horizontal-pod-autoscaler-sync-period=5s',
    ],
    config: [pki.identities['controller-manager'].certificate, pki.authorities.cluster, pki.serviceAccounts.publicKey],
    ready: () =>
      requireOk(socketTo(layout, PORTS.controllerManager), '/healthz', { authority: pki.authorities.cluster }),
  });
}

/** Gives each new pod its node. */
export async function scheduler(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'scheduler');
  return component(context, {
    name: 'kube-scheduler',
    tool: 'kube-scheduler',
    place: 'network',
    args: servingFlags(context, 'scheduler', PORTS.scheduler, kubeconfig),
    config: [pki.identities.scheduler.certificate, pki.authorities.cluster],
    ready: () => requireOk(socketTo(layout, PORTS.scheduler), '/healthz', { authority: pki.authorities.cluster }),
  });
}
