import { numberAt } from '../data.ts';
import { groupOf, type Resource } from '../manifests/resource.ts';
import { selectorAt } from '../manifests/selectors.ts';
import type { Workload } from '../manifests/workloads.ts';
import { scalingOf } from './hpa.ts';
import { namespaceIn, ofKind, type Scope } from './rule.ts';
import { selectedBy } from './selection.ts';

/** A PodDisruptionBudget and the workloads whose pods it guards. */
export interface Budget {
  pdb: Resource;
  workloads: readonly Workload[];
}

export function budgets(scope: Scope): Budget[] {
  return ofKind(scope, 'PodDisruptionBudget')
    .filter(({ apiVersion }) => groupOf(apiVersion) === 'policy')
    .map((pdb) => {
      const selector = selectorAt(pdb.object, 'selector');
      return { pdb, workloads: selector === undefined ? [] : selectedBy(scope, namespaceIn(scope, pdb), selector) };
    });
}

/** The fewest pods that a workload is meant to have: the autoscaler's minimum or `replicas`. */
export function fewestPods(scope: Scope, workload: Workload): number {
  const scaling = scalingOf(scope, workload.resource);
  if (scaling !== undefined) return numberAt(scaling.hpa.object, 'spec', 'minReplicas') ?? 1;
  return numberAt(workload.resource.object, 'spec', 'replicas') ?? 1;
}

const known = new WeakMap<readonly Workload[], number>();

/** The fewest pods of all the workloads that a budget guards. A daemon's pods are not moved when a node is drained. */
export function drainablePods(scope: Scope, workloads: readonly Workload[]): number {
  const before = known.get(workloads);
  if (before !== undefined) return before;
  const total = workloads
    .filter(({ kind }) => kind !== 'DaemonSet')
    .reduce((sum, each) => sum + fewestPods(scope, each), 0);
  known.set(workloads, total);
  return total;
}
