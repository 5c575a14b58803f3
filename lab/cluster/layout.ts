import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { socketDir } from '../builder/index.ts';

/** Addresses in the cluster's network namespace. They are the same in every lab, because no lab sees another's. */
export const NETWORK = {
  bridge: 'cni0',
  /** The node: on the bridge, so that pods reach what listens there. */
  nodeAddress: '10.244.0.1',
  podRange: '10.244.0.0/24',
  serviceRange: '10.96.0.0/16',
  /** The first address of the service range, which Kubernetes gives to its own API. */
  apiServiceAddress: '10.96.0.1',
  dnsDomain: 'cluster.local',
} as const;

/** Ports in that namespace. */
export const PORTS = {
  etcd: 2379,
  etcdHealth: 2381,
  apiServer: 6443,
  kubelet: 10250,
  kubeletHealth: 10248,
  kubeProxyHealth: 10256,
  controllerManager: 10257,
  scheduler: 10259,
  dnsHealth: 8181,
  /** The shop's own port on the node. */
  web: 30080,
} as const;

export const NODE_NAME = 'lab';

/** The name by which pods know the hub. */
export const HUB_NAME = 'hub.lab';

/** How the path of a directory ends that holds the namespaces of a lab. */
export const NAMESPACES = '/cluster/namespaces';

export interface ClusterLayout {
  /** Everything of the cluster that is not a socket. */
  dir: string;
  pki: string;
  kubeconfigs: string;
  /** A directory that holds the two namespaces, mounted as files. */
  namespaces: string;
  networkNamespace: string;
  mountNamespace: string;
  /** Sockets between the two sides of the gateway. */
  gateway: string;
  /** What the node's programs see as /run/containerd. */
  containerdRun: string;
  etcd: string;
  containerd: string;
  kubelet: string;
  podLogs: string;
  cni: string;
  /** Name of the cgroup above all pods. */
  cgroup: string;
}

/** Where the cluster of the lab in `labDir` keeps what it has. */
export function clusterLayout(labDir: string): ClusterLayout {
  const dir = join(labDir, 'cluster');
  const sockets = socketDir(labDir);
  const namespaces = join(labDir, NAMESPACES);
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
