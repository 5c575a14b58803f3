import { numberAt } from '../data.ts';
import { apiGroup, type Resource } from '../manifests/resource.ts';
import { selectorAt } from '../manifests/selectors.ts';
import type { Workload } from '../manifests/workloads.ts';
import { findScaling } from './hpa.ts';
import { effectiveNamespace, resourcesOfKind, type Scope } from './rule.ts';
import { selectWorkloads } from './selection.ts';

/** A PodDisruptionBudget and the workloads whose pods it selects. */
export interface Budget {
  pdb: Resource;
  workloads: readonly Workload[];
}

export function findBudgets(scope: Scope): Budget[] {
  return resourcesOfKind(scope, 'PodDisruptionBudget')
    .filter(({ apiVersion }) => apiGroup(apiVersion) === 'policy')
    .map((pdb) => {
      const selector = selectorAt(pdb.object, 'selector');
      return {
        pdb,
        workloads: selector === undefined ? [] : selectWorkloads(scope, effectiveNamespace(scope, pdb), selector),
      };
    });
}

/** The minimum number of pods of a workload: that of its autoscaler, otherwise `replicas`. */
export function minimumPods(scope: Scope, workload: Workload): number {
  const scaling = findScaling(scope, workload.resource);
  if (scaling !== undefined) return numberAt(scaling.hpa.object, 'spec', 'minReplicas') ?? 1;
  return numberAt(workload.resource.object, 'spec', 'replicas') ?? 1;
}

const cache = new WeakMap<readonly Workload[], number>();

/** The minimum number of pods of all workloads that a budget selects. Pods of a DaemonSet are not evicted when a node is drained. */
export function drainablePods(scope: Scope, workloads: readonly Workload[]): number {
  const cached = cache.get(workloads);
  if (cached !== undefined) return cached;
  const total = workloads
    .filter(({ kind }) => kind !== 'DaemonSet')
    .reduce((sum, workload) => sum + minimumPods(scope, workload), 0);
  cache.set(workloads, total);
  return total;
}
