import { existsSync } from 'node:fs';
import type { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { killCgroup, removeCgroup } from './host/cgroups.ts';
import { removeNamespaces } from './host/namespaces.ts';
import { getClusterLayout } from './layout.ts';

/** The services of a cluster in stop order. Those in one line stop concurrently. */
const STOP_ORDER = [
  // First, because it would restart the containers.
  ['kubelet'],
  ['containerd', 'kube-proxy', 'kube-router', 'coredns', 'kube-scheduler', 'kube-controller-manager'],
  ['kube-apiserver'],
  ['etcd', 'gateway-inside', 'gateway-outside'],
] as const;

/** Time until a component is killed. This loses no data: etcd writes before it responds. */
const STOP_TIMEOUT_MS = 4_000;

/**
 * Stops the cluster of a lab, even if its components were killed: its processes and those of its pods, its mounts, network
 * and cgroups. Its data remains.
 */
export async function stopCluster(state: LabState): Promise<void> {
  const layout = getClusterLayout(state.dir);
  if (!existsSync(layout.dir)) return;
  const supervisor = new Supervisor(state);
  for (const names of STOP_ORDER) {
    await Promise.all(names.map((name) => supervisor.stop(name, STOP_TIMEOUT_MS)));
    // Kills the containers together with their shims, before containerd stops.
    if (names[0] === 'kubelet') await killCgroup(layout.cgroup);
  }
  await killCgroup(layout.cgroup);
  await removeCgroup(layout.cgroup);
  await removeNamespaces(layout);
}
