import { realpathSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ServiceSpec } from '../../services/supervisor.ts';
import { toolPath } from '../../tools/index.ts';
import { NETWORK, NODE_NAME, PORTS } from '../layout.ts';
import { createContainerdConfig, createRegistryConfig } from './containerd-config.ts';
import { type ClusterContext, createService, getSocketPath, writeConfig, writeKubeconfig } from './context.ts';
import { checkHealth, checkListening } from './health.ts';

/** Runs the containers. */
export async function containerd(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, registry, pauseImage } = context;
  const network = join(layout.dir, 'cni-config');
  await mkdir(network, { recursive: true });
  const pods = {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        // Each pod has its own link to the node, which routes between them. On a bridge, the node's packet rules would see
        // traffic between pods only if the whole machine had loaded br_netfilter.
        type: 'ptp',
        // Pods have no access outside the lab, so masquerading is not needed.
        ipMasq: false,
        ipam: {
          type: 'host-local',
          ranges: [[{ subnet: NETWORK.podRange }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  };
  await writeFile(join(network, '10-pods.conflist'), JSON.stringify(pods, null, 2));
  const registries = join(layout.dir, 'registries');
  await mkdir(join(registries, registry.host), { recursive: true });
  const login = createRegistryConfig(registry);
  await writeFile(join(registries, registry.host, 'hosts.toml'), login, { mode: 0o600 });
  const { file, text } = await writeConfig(
    context,
    'containerd.toml',
    createContainerdConfig({
      root: layout.containerd,
      network,
      plugins: dirname(realpathSync(toolPath('cni-ptp'))),
      shim: realpathSync(toolPath('containerd-shim-runc-v2')),
      runc: realpathSync(toolPath('runc')),
      pauseImage,
      registries,
    }),
  );
  return createService(context, {
    name: 'containerd',
    tool: 'containerd',
    namespace: 'node',
    args: ['--config', file],
    config: [text, login],
    ready: () => checkListening(join(layout.containerdRun, 'containerd.sock')),
  });
}

/** Runs the node's pods. */
export async function kubelet(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'kubelet');
  const resolver = await writeConfig(context, 'resolv.conf', `nameserver ${NETWORK.nodeAddress}\n`);
  const { file, text } = await writeConfig(context, 'kubelet.json', {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${layout.cgroup}`,
    failCgroupV1: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true, cacheTTL: '10s' },
      x509: { clientCAFile: pki.file('ca-cluster.crt') },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: pki.file('kubelet.crt'),
    tlsPrivateKeyFile: pki.file('kubelet.key'),
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: PORTS.kubeletHealth,
    clusterDNS: [NETWORK.nodeAddress],
    clusterDomain: NETWORK.dnsDomain,
    resolvConf: resolver.file,
    podLogsDir: join(layout.podLogs, 'pods'),
    volumePluginDir: join(layout.kubelet, 'volume-plugins'),
    // The lab does not manage the machine's disk: pods and images are not evicted when it is nearly full.
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    serializeImagePulls: false,
    registryPullQPS: 0,
    // Determines how soon a ready pod is noticed.
    syncFrequency: '10s',
    nodeStatusUpdateFrequency: '5s',
  });
  return createService(context, {
    name: 'kubelet',
    tool: 'kubelet',
    namespace: 'node',
    args: [
      `--config=${file}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${NODE_NAME}`,
      `--node-ip=${NETWORK.nodeAddress}`,
      `--node-labels=topology.kubernetes.io/zone=${NODE_NAME}`,
    ],
    config: [text, pki.identities.kubelet.certificate, pki.authorities.cluster],
    ready: () => checkHealth(getSocketPath(layout, PORTS.kubeletHealth), '/healthz'),
  });
}

/** Routes connections from services to their pods with rules in the cluster's network namespace. */
export async function kubeProxy(context: ClusterContext): Promise<ServiceSpec> {
  const { layout, pki } = context;
  const kubeconfig = await writeKubeconfig(context, 'kube-proxy');
  const { file, text } = await writeConfig(context, 'kube-proxy.json', {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    hostnameOverride: NODE_NAME,
    mode: 'iptables',
    clusterCIDR: NETWORK.podRange,
    nodePortAddresses: ['127.0.0.0/8'],
    healthzBindAddress: `127.0.0.1:${PORTS.kubeProxyHealth}`,
    metricsBindAddress: '127.0.0.1:10249',
    iptables: {
      localhostNodePorts: true,
      minSyncPeriod: '100ms',
    },
    // These are settings of the whole machine; leave them unchanged.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  });
  return createService(context, {
    name: 'kube-proxy',
    tool: 'kube-proxy',
    namespace: 'network',
    args: [`--config=${file}`],
    config: [text, pki.identities['kube-proxy'].certificate, pki.authorities.cluster],
    ready: () => checkHealth(getSocketPath(layout, PORTS.kubeProxyHealth), '/livez'),
  });
}
