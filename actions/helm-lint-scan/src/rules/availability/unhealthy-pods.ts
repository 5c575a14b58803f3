import { at } from '../../data.ts';
import { missingAt, problemAt, type ResourceRule } from '../rule.ts';
import { findBudgets } from './pdb.ts';

/** The minor version of Kubernetes from which the field counts without a feature gate. */
const FIRST_MINOR = 27;
const PATH = ['spec', 'unhealthyPodEvictionPolicy'];

export const pdbUnhealthyPods: ResourceRule = {
  id: 'pdb-unhealthy-pods',
  level: 'note',
  title: 'A disruption budget protects pods that do not work',
  help: 'While a workload is broken, its pods that are not ready block the drain of their nodes. With `unhealthyPodEvictionPolicy: AlwaysAllow` they can be evicted. Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy',
  check: (scope) =>
    scope.minor < FIRST_MINOR
      ? []
      : findBudgets(scope).flatMap(({ pdb, workloads }) => {
          const policy = at(pdb.object, ...PATH);
          // One that selects nothing has its own rule.
          if (policy === 'AlwaysAllow' || workloads.length === 0) return [];
          return [
            (policy === undefined ? missingAt : problemAt)(
              pdb,
              PATH,
              'does not let pods that are not ready be evicted (unhealthyPodEvictionPolicy is not AlwaysAllow)',
            ),
          ];
        }),
};
