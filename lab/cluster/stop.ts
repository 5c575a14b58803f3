import { existsSync } from 'node:fs';
import type { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { killCgroup, removeCgroup } from './cgroups.ts';
import { clusterLayout } from './layout.ts';
import { clearNamespaces } from './namespaces.ts';

/** The services of a cluster, in the order in which they stop; those in one line stop together. */
const STOP_ORDER = [
  // First, or it would start again what is stopped next.
  ['kubelet'],
  ['containerd', 'kube-proxy', 'coredns', 'kube-scheduler', 'kube-controller-manager'],
  ['kube-apiserver'],
  ['etcd', 'gateway-inside', 'gateway-outside'],
] as const;

/** Milliseconds until a component that does not end is killed. What it stores is safe: etcd writes before it answers. */
const STOP_WITHIN = 4_000;

/**
 * Stops the cluster of a lab, also one whose components were killed: its processes and those of its pods, its mounts,
 * network and cgroups. What it stores stays.
 */
export async function stopCluster(state: LabState): Promise<void> {
  const layout = clusterLayout(state.dir);
  if (!existsSync(layout.dir)) return;
  const supervisor = new Supervisor(state);
  for (const names of STOP_ORDER) {
    await Promise.all(names.map((name) => supervisor.stop(name, STOP_WITHIN)));
    // Their shims go with the containers, before they are asked to.
    if (names[0] === 'kubelet') await killCgroup(layout.cgroup);
  }
  await killCgroup(layout.cgroup);
  await removeCgroup(layout.cgroup);
  await clearNamespaces(layout);
}
