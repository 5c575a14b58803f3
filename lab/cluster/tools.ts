import type { ToolName } from '../tools/index.ts';

/** Tools that only the cluster needs, in installation order: the longest builds first. */
export const clusterTools: readonly ToolName[] = [
  'nsenter',
  'unshare',
  'ip',
  'iptables',
  'ipset',
  'busybox',
  'etcd',
  'containerd',
  'containerd-shim-runc-v2',
  'cni-ptp',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
  'coredns',
  'kube-router',
  'metrics-server',
  'argocd',
  'helm',
];
