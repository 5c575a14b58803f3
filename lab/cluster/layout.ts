import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { getSocketDir } from '../builder/index.ts';

/** Addresses in the cluster's network namespace. All labs use the same ones, because the namespaces are isolated. */
export const NETWORK = {
  /** The node's address, through which pods reach its services and each other. */
  nodeAddress: '10.244.0.1',
  podRange: '10.244.0.0/24',
  serviceRange: '10.96.0.0/16',
  /** The first address of the service range, which Kubernetes assigns to its API. */
  apiServiceAddress: '10.96.0.1',
  dnsDomain: 'cluster.local',
} as const;

/** Ports in the cluster's network namespace. */
export const PORTS = {
  etcd: 2379,
  etcdHealth: 2381,
  apiServer: 6443,
  kubelet: 10250,
  kubeletHealth: 10248,
  kubeProxyHealth: 10256,
  kubeRouterHealth: 20244,
  controllerManager: 10257,
  scheduler: 10259,
  dnsHealth: 8181,
  /** The node port of the shop. */
  web: 30080,
} as const;

export const NODE_NAME = 'lab';

/** The host name of the hub for pods. */
export const HUB_NAME = 'hub.lab';

/** Directory of a lab's namespaces, relative to the lab's directory. */
export const NAMESPACES_DIRECTORY = '/cluster/namespaces';

export interface ClusterLayout {
  /** All files of the cluster except sockets. */
  dir: string;
  pki: string;
  kubeconfigs: string;
  /** Directory with the two namespaces, mounted as files. */
  namespaces: string;
  networkNamespace: string;
  mountNamespace: string;
  /** Sockets between the two sides of the gateway. */
  gateway: string;
  /** Mounted as /run/containerd on the node. */
  containerdRun: string;
  etcd: string;
  containerd: string;
  kubelet: string;
  podLogs: string;
  cni: string;
  /** Name of the parent cgroup of all pods. */
  cgroup: string;
}

/** The paths of the cluster of the lab in `labDir`. */
export function getClusterLayout(labDir: string): ClusterLayout {
  const dir = join(labDir, 'cluster');
  const sockets = getSocketDir(labDir);
  const namespaces = join(labDir, NAMESPACES_DIRECTORY);
  return {
    dir,
    pki: join(dir, 'pki'),
    kubeconfigs: join(dir, 'kubeconfigs'),
    namespaces,
    networkNamespace: join(namespaces, 'network'),
    mountNamespace: join(namespaces, 'mount'),
    gateway: join(sockets, 'gateway'),
    containerdRun: join(sockets, 'containerd'),
    etcd: join(dir, 'etcd'),
    containerd: join(dir, 'containerd'),
    kubelet: join(dir, 'kubelet'),
    podLogs: join(dir, 'pod-logs'),
    cni: join(dir, 'cni'),
    cgroup: `gitops-lab-${createHash('sha256').update(labDir).digest('hex').slice(0, 12)}`,
  };
}
