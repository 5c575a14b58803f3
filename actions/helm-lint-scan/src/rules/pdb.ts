import { numberAt } from '../data.ts';
import { groupOf, type Resource } from '../manifests/resource.ts';
import { matchesSelector, selectorAt } from '../manifests/selectors.ts';
import type { Workload } from '../manifests/workloads.ts';
import { scalings } from './hpa.ts';
import { namespaceIn, ofKind, type Scope } from './rule.ts';

/** A PodDisruptionBudget and the workloads whose pods it guards. */
export interface Budget {
  pdb: Resource;
  workloads: Workload[];
}

export function budgets(scope: Scope): Budget[] {
  return ofKind(scope, 'PodDisruptionBudget')
    .filter(({ apiVersion }) => groupOf(apiVersion) === 'policy')
    .map((pdb) => {
      const selector = selectorAt(pdb.object, 'selector');
      const selects = ({ resource, labels }: Workload): boolean =>
        selector !== undefined &&
        namespaceIn(scope, resource) === namespaceIn(scope, pdb) &&
        matchesSelector(selector, labels);
      return { pdb, workloads: scope.workloads.filter(selects) };
    });
}

/** The fewest pods that a workload is meant to have: the autoscaler's minimum or `replicas`. */
export function fewestPods(scope: Scope, workload: Workload): number {
  const scaling = scalings(scope).find(({ target }) => target === workload.resource);
  if (scaling !== undefined) return numberAt(scaling.hpa.object, 'spec', 'minReplicas') ?? 1;
  return numberAt(workload.resource.object, 'spec', 'replicas') ?? 1;
}
