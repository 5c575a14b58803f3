import { numberAt } from '../../data.ts';
import type { Workload } from '../../manifests/workloads.ts';
import type { Scope } from '../rule.ts';
import { findScaling } from './hpa.ts';

/** The minimum number of pods of a workload: that of its autoscaler, otherwise `replicas`. */
export function minimumPods(scope: Scope, workload: Workload): number {
  const scaling = findScaling(scope, workload.resource);
  if (scaling !== undefined) return numberAt(scaling.hpa.object, 'spec', 'minReplicas') ?? 1;
  return numberAt(workload.resource.object, 'spec', 'replicas') ?? 1;
}

/** A number of pods, from a number or a percentage of `total`, which is rounded to a whole number. */
export function toPodCount(value: unknown, total: number, round: (pods: number) => number): number | undefined {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : round((Number(percent) / 100) * total);
}
