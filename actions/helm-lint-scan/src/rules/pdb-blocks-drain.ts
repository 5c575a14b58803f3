import { at } from '../data.ts';
import { drainablePods, findBudgets } from './pdb.ts';
import { problemAt, type ResourceRule } from './rule.ts';

/** A number of pods, from a number or a percentage of `total`. Percentages are rounded up, as the API does. */
function toPodCount(value: unknown, total: number): number | undefined {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : Math.ceil((Number(percent) / 100) * total);
}

export const pdbBlocksDrain: ResourceRule = {
  id: 'pdb-blocks-drain',
  level: 'error',
  title: 'A disruption budget allows no eviction',
  help: 'A node with such a pod cannot be drained, so upgrades of the cluster hang. Allow at least one eviction: `maxUnavailable: 1`, or a `minAvailable` below the number of pods. Source: https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
  check: (scope) =>
    findBudgets(scope).flatMap(({ pdb, workloads }) => {
      const total = drainablePods(scope, workloads);
      if (total === 0) return [];
      const spare = toPodCount(at(pdb.object, 'spec', 'maxUnavailable'), total);
      if (spare === 0) return [problemAt(pdb, ['spec', 'maxUnavailable'], 'allows no eviction: maxUnavailable is 0')];
      const kept = toPodCount(at(pdb.object, 'spec', 'minAvailable'), total);
      if (kept === undefined || kept < total) return [];
      return [
        problemAt(
          pdb,
          ['spec', 'minAvailable'],
          `allows no eviction: ${kept} pods must stay, and there may be only ${total}`,
        ),
      ];
    }),
};
