import type { ToolName } from '../tools/index.ts';

/** What only the cluster needs, in the order in which it is brought: first what takes longest to build. */
export const clusterTools: readonly ToolName[] = [
  'nsenter',
  'unshare',
  'ip',
  'iptables',
  'busybox',
  'etcd',
  'containerd',
  'cni-bridge',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kube-proxy',
  'kubelet',
  'kubectl',
  'coredns',
  'metrics-server',
  'argocd',
  'argocd-helm',
];
