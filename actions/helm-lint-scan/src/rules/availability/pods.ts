import { dataAt, numberAt, stringAt } from '../../data.ts';
import { apiGroup, type Resource } from '../../manifests/resource.ts';
import type { Workload } from '../../manifests/workloads.ts';
import { effectiveNamespace, resourcesOfKind, type Scope } from '../rule.ts';
import { findScaling } from './hpa.ts';

/** The minimum number of pods of a workload, and what says so. */
export interface MinimumPods {
  pods: number;
  /** The autoscaler or the workload. */
  resource: Resource;
  key: 'minReplicas' | 'minReplicaCount' | 'replicas';
}

/** The minimum number of pods of a workload: that of its autoscaler, otherwise `replicas`. */
export function findMinimumPods(scope: Scope, { resource }: Workload): MinimumPods {
  const hpa = findScaling(scope, resource)?.hpa;
  if (hpa !== undefined)
    return { resource: hpa, key: 'minReplicas', pods: numberAt(hpa.object, 'spec', 'minReplicas') ?? 1 };
  const scaler = findScaledObject(scope, resource);
  if (scaler !== undefined)
    return { resource: scaler, key: 'minReplicaCount', pods: numberAt(scaler.object, 'spec', 'minReplicaCount') ?? 0 };
  return { resource, key: 'replicas', pods: numberAt(resource.object, 'spec', 'replicas') ?? 1 };
}

export const minimumPods = (scope: Scope, workload: Workload): number => findMinimumPods(scope, workload).pods;

const cache = new WeakMap<Scope, ReadonlyMap<string, Resource>>();

/** The ScaledObject of KEDA that scales a workload. Source: https://keda.sh/docs/latest/reference/scaledobject-spec/ */
function findScaledObject(scope: Scope, { kind, name, ...workload }: Resource): Resource | undefined {
  const scalers = cache.get(scope) ?? readScaledObjects(scope);
  cache.set(scope, scalers);
  return scalers.get(targetKey(kind, name, workload.namespace ?? scope.namespace));
}

const targetKey = (kind: string, name: string, namespace: string): string => [kind, name, namespace].join('\n');

const readScaledObjects = (scope: Scope): Map<string, Resource> =>
  new Map(
    resourcesOfKind(scope, 'ScaledObject')
      .filter(({ apiVersion }) => apiGroup(apiVersion) === 'keda.sh')
      .map((scaler) => {
        const target = dataAt(scaler.object, 'spec', 'scaleTargetRef');
        const [kind = 'Deployment', name = ''] = [stringAt(target, 'kind'), stringAt(target, 'name')];
        return [targetKey(kind, name, effectiveNamespace(scope, scaler)), scaler];
      }),
  );

/** A number of pods, from a number or a percentage of `total`, which is rounded to a whole number. */
export function toPodCount(value: unknown, total: number, round: (pods: number) => number): number | undefined {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? undefined : round((Number(percent) / 100) * total);
}
