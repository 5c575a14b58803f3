import { at, pluralize } from '../../data.ts';
import { apiGroup, type Resource } from '../../manifests/resource.ts';
import { selectorAt } from '../../manifests/selectors.ts';
import type { Workload } from '../../manifests/workloads.ts';
import { effectiveNamespace, missingAt, problemAt, type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { hasOtherPods, selectWorkloads } from '../selection.ts';
import { minimumPods, toPodCount } from './pods.ts';

export const pdbBlocksDrain: ResourceRule = {
  id: 'pdb-blocks-drain',
  level: 'error',
  title: 'A disruption budget allows no eviction',
  help: 'A node with such a pod cannot be drained, so upgrades of the cluster hang. Allow at least one eviction: `maxUnavailable: 1`, or a `minAvailable` below the number of pods; a budget with neither allows none. Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
  check: (scope) =>
    findBudgets(scope).flatMap(({ pdb, workloads }) => {
      const total = drainablePods(scope, workloads);
      if (total === 0) return [];
      if (hasNoLimit(pdb)) return [missingAt(pdb, ['spec', 'maxUnavailable'], NO_LIMIT)];
      // The API rounds percentages up.
      const spare = toPodCount(at(pdb.object, 'spec', 'maxUnavailable'), total, Math.ceil);
      if (spare === 0) return [problemAt(pdb, ['spec', 'maxUnavailable'], 'allows no eviction: maxUnavailable is 0')];
      const kept = toPodCount(at(pdb.object, 'spec', 'minAvailable'), total, Math.ceil);
      if (kept === undefined || kept < total) return [];
      return [
        problemAt(
          pdb,
          ['spec', 'minAvailable'],
          `allows no eviction: ${pluralize(kept, 'pod')} must stay, and there may be only ${total}`,
        ),
      ];
    }),
};

export const pdbSelectsNothing: ResourceRule = {
  id: 'pdb-selects-nothing',
  level: 'warning',
  title: 'A disruption budget selects no pod',
  help: 'Its selector must match the labels of a pod template in the same namespace; otherwise it protects nothing.',
  check: (scope) =>
    findBudgets(scope).flatMap(({ pdb, workloads }) =>
      workloads.length === 0 &&
      !hasOtherPods(scope, effectiveNamespace(scope, pdb), selectorAt(pdb.object, 'selector') ?? {})
        ? [problemAt(pdb, ['spec', 'selector'], 'selects no pod of the rendered workloads')]
        : [],
    ),
};

const NO_LIMIT = 'allows no eviction: it sets neither maxUnavailable nor minAvailable';

/**
 * Without a limit the controller expects no pod and allows no eviction.
 * Source: `updatePdbStatus` of https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/disruption/disruption.go
 */
const hasNoLimit = ({ object }: Resource): boolean =>
  ['maxUnavailable', 'minAvailable'].every((key) => (at(object, 'spec', key) ?? null) === null);

/** A PodDisruptionBudget and the workloads whose pods it selects. */
export interface Budget {
  pdb: Resource;
  workloads: readonly Workload[];
}

const budgetCache = new WeakMap<Scope, Budget[]>();

export function findBudgets(scope: Scope): Budget[] {
  const known = budgetCache.get(scope) ?? readBudgets(scope);
  budgetCache.set(scope, known);
  return known;
}

function readBudgets(scope: Scope): Budget[] {
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

const podCache = new WeakMap<readonly Workload[], number>();

/** The minimum number of pods of all workloads that a budget selects. Pods of a DaemonSet are not evicted when a node is drained. */
function drainablePods(scope: Scope, workloads: readonly Workload[]): number {
  const cached = podCache.get(workloads);
  if (cached !== undefined) return cached;
  const total = workloads
    .filter(({ kind }) => kind !== 'DaemonSet')
    .reduce((sum, workload) => sum + minimumPods(scope, workload), 0);
  podCache.set(workloads, total);
  return total;
}
