import { at, isData, listAt, type Path } from '../../data.ts';
import type { Resource } from '../../manifests/resource.ts';
import type { Workload } from '../../manifests/workloads.ts';
import { effectiveNamespace, missingAt, problemAt, type ResourceRule, type Scope } from '../rule.ts';
import { findBudgets } from './pdb.ts';
import { findMinimumPods } from './pods.ts';

const KINDS = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController']);

/** A workload that always has several pods, and what says so. */
interface Replicated {
  workload: Workload;
  pods: number;
  /** The autoscaler or the workload. */
  resource: Resource;
  path: Path;
}

function findReplicated(scope: Scope): Replicated[] {
  return scope.workloads.flatMap((workload) => {
    if (!KINDS.has(workload.kind)) return [];
    const { pods, resource, key } = findMinimumPods(scope, workload);
    return pods < 2 ? [] : [{ workload, pods, resource, path: ['spec', key] }];
  });
}

export const pdbMissing: ResourceRule = {
  id: 'pdb-missing',
  level: 'note',
  title: 'A workload with several pods has no disruption budget',
  help: 'When nodes are drained at the same time, for example to upgrade the cluster, all pods can be evicted at once. Add a PodDisruptionBudget with `maxUnavailable: 1`. Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
  check: (scope) => {
    const budgets = findBudgets(scope);
    const selected = new Set(budgets.flatMap(({ workloads }) => workloads));
    // A budget that selects nothing was meant for some workload, and has its own rule.
    const idle = new Set(
      budgets.filter(({ workloads }) => workloads.length === 0).map(({ pdb }) => effectiveNamespace(scope, pdb)),
    );
    return findReplicated(scope)
      .filter(({ workload }) => !selected.has(workload) && !idle.has(effectiveNamespace(scope, workload.resource)))
      .map(({ workload, pods, resource, path }) => {
        const which = resource === workload.resource ? '' : ` of ${workload.kind}/${workload.resource.name}`;
        return problemAt(resource, path, `no disruption budget selects the ${pods} pods${which}`);
      });
  },
};

export const podSpread: ResourceRule = {
  id: 'pod-spread',
  level: 'note',
  title: 'Nothing spreads the pods of a workload over nodes',
  help: 'The scheduler prefers other nodes for them, but may put all on one, which then takes down all of them. Set `topologySpreadConstraints`, or `affinity.podAntiAffinity`. Source: https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/',
  check: (scope) =>
    findReplicated(scope).flatMap(({ workload: { resource, pod, podPath }, pods }) =>
      listAt(pod, 'topologySpreadConstraints').length > 0 || isData(at(pod, 'affinity', 'podAntiAffinity'))
        ? []
        : [
            missingAt(
              resource,
              [...podPath, 'topologySpreadConstraints'],
              `nothing spreads its ${pods} pods over nodes (topologySpreadConstraints, podAntiAffinity)`,
            ),
          ],
    ),
};
