import type { ServiceSpec } from '../../services/supervisor.ts';
import { NETWORK, PORTS } from '../layout.ts';
import { type ClusterContext, createService, getSocketPath, writeKubeconfig } from './context.ts';
import { checkHealth } from './health.ts';

/** The cluster's store. Uses mutual TLS and accepts only the API server. */
export function etcd(context: ClusterContext): ServiceSpec {
  const { layout, pki } = context;
  const url = `https://127.0.0.1:${PORTS.etcd}`;
  return createService(context, {
    name: 'etcd',
    tool: 'etcd',
    namespace: 'network',
    args: [
      `--data-dir=${layout.etcd}`,
      // A lab does not need disk flushes: after a power failure it is recreated.
      '--unsafe-no-fsync',
      // It is the only member, so it need not wait a second before it becomes the leader.
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
    ready: () => checkHealth(getSocketPath(layout, PORTS.etcdHealth), '/health'),
  });
}

/** The Kubernetes API. Clients need a certificate or a token, and a role. */
export function apiServer(context: ClusterContext): ServiceSpec {
  const { layout, pki } = context;
  return createService(context, {
    name: 'kube-apiserver',
    tool: 'kube-apiserver',
    namespace: 'network',
    args: [
      // All addresses of its network: pods use the node's address, components 127.0.0.1.
      '--bind-address=0.0.0.0',
      `--secure-port=${PORTS.apiServer}`,
      `--advertise-address=${NETWORK.nodeAddress}`,
      `--service-cluster-ip-range=${NETWORK.serviceRange}`,
      `--tls-cert-file=${pki.file('apiserver.crt')}`,
      `--tls-private-key-file=${pki.file('apiserver.key')}`,
      `--client-ca-file=${pki.file('ca-cluster.crt')}`,
      '--anonymous-auth=false',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--profiling=false',
      `--etcd-servers=https://127.0.0.1:${PORTS.etcd}`,
      `--etcd-cafile=${pki.file('ca-etcd.crt')}`,
      `--etcd-certfile=${pki.file('apiserver-etcd-client.crt')}`,
      `--etcd-keyfile=${pki.file('apiserver-etcd-client.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${pki.file('service-accounts.pub')}`,
      `--service-account-signing-key-file=${pki.file('service-accounts.key')}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-certificate-authority=${pki.file('ca-cluster.crt')}`,
      `--kubelet-client-certificate=${pki.file('apiserver-kubelet-client.crt')}`,
      `--kubelet-client-key=${pki.file('apiserver-kubelet-client.key')}`,
      // For aggregated APIs, such as metrics: https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/
      `--requestheader-client-ca-file=${pki.file('ca-front-proxy.crt')}`,
      '--requestheader-allowed-names=front-proxy',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
      `--proxy-client-cert-file=${pki.file('front-proxy-client.crt')}`,
      `--proxy-client-key-file=${pki.file('front-proxy-client.key')}`,
      '--enable-aggregator-routing=true',
    ],
    config: [
      ...(['apiserver', 'apiserver-etcd-client', 'apiserver-kubelet-client', 'front-proxy-client'] as const).map(
        (name) => pki.identities[name].certificate,
      ),
      ...Object.values(pki.authorities),
      pki.serviceAccounts.publicKey,
    ],
    ready: () =>
      checkHealth(getSocketPath(layout, PORTS.apiServer), '/readyz', {
        authority: pki.authorities.cluster,
        client: pki.identities.admin,
      }),
  });
}

interface ServingOptions {
  identity: 'controller-manager' | 'scheduler';
  port: number;
  kubeconfig: string;
}

/** Flags with which a component serves its health and metrics to clients that the API server authorizes. */
function getServingFlags({ pki }: ClusterContext, { identity, port, kubeconfig }: ServingOptions): string[] {
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${pki.file(`${identity}.crt`)}`,
    `--tls-private-key-file=${pki.file(`${identity}.key`)}`,
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    // Only one instance of each runs.
    '--leader-elect=false',
    '--profiling=false',
  ];
}

/** Runs Kubernetes' controllers, each with a separate service account. */
export async function controllerManager(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'controller-manager');
  return createService(context, {
    name: 'kube-controller-manager',
    tool: 'kube-controller-manager',
    namespace: 'network',
    args: [
      ...getServingFlags(context, { identity: 'controller-manager', port: PORTS.controllerManager, kubeconfig }),
      '--use-service-account-credentials',
      `--service-account-private-key-file=${pki.file('service-accounts.key')}`,
      `--root-ca-file=${pki.file('ca-cluster.crt')}`,
      // Metrics are at most 10 s old here, so the autoscaler need not wait its default of 15 s.
      '--horizontal-pod-autoscaler-sync-period=5s',
    ],
    config: [pki.identities['controller-manager'].certificate, pki.authorities.cluster, pki.serviceAccounts.publicKey],
    ready: () =>
      checkHealth(getSocketPath(layout, PORTS.controllerManager), '/healthz', { authority: pki.authorities.cluster }),
  });
}

/** Assigns pods to the node. */
export async function scheduler(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'scheduler');
  return createService(context, {
    name: 'kube-scheduler',
    tool: 'kube-scheduler',
    namespace: 'network',
    args: getServingFlags(context, { identity: 'scheduler', port: PORTS.scheduler, kubeconfig }),
    config: [pki.identities.scheduler.certificate, pki.authorities.cluster],
    ready: () =>
      checkHealth(getSocketPath(layout, PORTS.scheduler), '/healthz', { authority: pki.authorities.cluster }),
  });
}
