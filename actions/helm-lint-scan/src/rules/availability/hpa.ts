import { at, dataAt, listAt, numberAt, stringAt } from '../../data.ts';
import { apiGroup, type Resource } from '../../manifests/resource.ts';
import type { Workload } from '../../manifests/workloads.ts';
import { effectiveNamespace, missingAt, problemAt, type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';

export const hpaReplicas: ResourceRule = {
  id: 'hpa-replicas',
  level: 'error',
  title: 'A workload that an autoscaler scales sets replicas too',
  help: 'Every deployment resets the number of pods to `replicas`, and with server-side apply the two conflict over the field. Remove `replicas` from the template when the autoscaler is enabled.',
  check: (scope) =>
    findScalings(scope).flatMap(({ hpa, target, targetLabel }) =>
      target !== undefined && numberAt(target.object, 'spec', 'replicas') !== undefined
        ? [
            problemAt(
              target,
              ['spec', 'replicas'],
              `${targetLabel} sets replicas, but HorizontalPodAutoscaler/${hpa.name} scales it`,
            ),
          ]
        : [],
    ),
};

export const hpaTargetMissing: ResourceRule = {
  id: 'hpa-target-missing',
  level: 'error',
  title: 'An autoscaler scales a workload that does not exist',
  help: '`scaleTargetRef` must name, with its kind, a workload of the same namespace. If another chart contains the target, turn this rule off. In plain manifests it is a warning.',
  check: (scope) =>
    findScalings(scope).flatMap(({ hpa, target, targetLabel }) =>
      target === undefined
        ? [
            {
              ...problemAt(
                hpa,
                ['spec', 'scaleTargetRef', 'name'],
                `scales ${targetLabel}, which is not among the ${scope.origin === 'chart' ? 'rendered resources' : 'manifests'}`,
              ),
              ...(scope.origin === 'chart' ? {} : { level: 'warning' as const }),
            },
          ]
        : [],
    ),
};

export const hpaRequestMissing: ResourceRule = {
  id: 'hpa-request-missing',
  level: 'error',
  title: 'An autoscaler uses the utilization of pods that have no requests',
  help: 'Utilization is a share of the request: unless every container has one, the autoscaler does nothing. Set `resources.requests`. Source: https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details',
  check: (scope) =>
    findScalings(scope).flatMap((scaling) =>
      utilizationResources(scaling).flatMap((resource) =>
        (scaling.workload?.containers ?? [])
          .filter(({ role, spec }) => {
            // The API uses the limit as the request when only the limit is set.
            const request = at(spec, 'resources', 'requests', resource) ?? at(spec, 'resources', 'limits', resource);
            return (
              role !== 'init' &&
              request === undefined &&
              at(scaling.workload?.pod, 'resources', 'requests', resource) === undefined
            );
          })
          .flatMap(({ name, path }) =>
            scaling.target === undefined
              ? []
              : [
                  missingAt(
                    scaling.target,
                    [...path, 'resources', 'requests', resource],
                    `container ${name} requests no ${resource}, but HorizontalPodAutoscaler/${scaling.hpa.name} scales on its utilization`,
                  ),
                ],
          ),
      ),
    ),
};

/** A HorizontalPodAutoscaler and what it scales. */
interface Scaling {
  hpa: Resource;
  /** `Deployment/web` */
  targetLabel: string;
  /** `undefined` when nothing of that name is rendered. */
  target: Resource | undefined;
  workload: Workload | undefined;
}

const isHpa = (resource: Resource): boolean => apiGroup(resource.apiVersion) === 'autoscaling';

const cache = new WeakMap<Scope, Scaling[]>();
const targetCache = new WeakMap<Scope, ReadonlyMap<Resource, Scaling>>();

/** The autoscalers of a scope. */
function findScalings(scope: Scope): Scaling[] {
  const all = cache.get(scope) ?? readScalings(scope);
  cache.set(scope, all);
  return all;
}

/** The first autoscaler that scales the resource. */
export function findScaling(scope: Scope, target: Resource): Scaling | undefined {
  const targets =
    targetCache.get(scope) ??
    new Map(
      findScalings(scope)
        .toReversed()
        .flatMap((scaling) => (scaling.target === undefined ? [] : [[scaling.target, scaling] as const])),
    );
  targetCache.set(scope, targets);
  return targets.get(target);
}

function readScalings(scope: Scope): Scaling[] {
  const key = (kind: string, name: string, of: Resource): string =>
    [kind, name, effectiveNamespace(scope, of)].join('\n');
  const indexFirst = <T>(all: readonly T[], getResource: (item: T) => Resource): Map<string, T> =>
    new Map(
      all.toReversed().map((item) => {
        const resource = getResource(item);
        return [key(resource.kind, resource.name, resource), item];
      }),
    );
  const resources = indexFirst(scope.resources, (resource) => resource);
  const workloads = indexFirst(scope.workloads, ({ resource }) => resource);
  return resourcesOfKind(scope, 'HorizontalPodAutoscaler')
    .filter(isHpa)
    .map((hpa) => {
      const reference = dataAt(hpa.object, 'spec', 'scaleTargetRef');
      const kind = stringAt(reference, 'kind') ?? '?';
      const name = stringAt(reference, 'name') ?? '?';
      const target = key(kind, name, hpa);
      return { hpa, targetLabel: `${kind}/${name}`, target: resources.get(target), workload: workloads.get(target) };
    });
}

/** The resources, `cpu` or `memory`, whose utilization (a share of the request) the autoscaler uses. */
function utilizationResources({ hpa }: Scaling): string[] {
  const metrics = listAt(hpa.object, 'spec', 'metrics')
    .filter(
      (metric) =>
        stringAt(metric, 'type') === 'Resource' && stringAt(metric, 'resource', 'target', 'type') === 'Utilization',
    )
    .flatMap((metric) => stringAt(metric, 'resource', 'name') ?? []);
  // autoscaling/v1 supports only CPU, and without metrics the API uses CPU at 80 %.
  const implied = hpa.apiVersion === 'autoscaling/v1' || listAt(hpa.object, 'spec', 'metrics').length === 0;
  return implied ? ['cpu'] : metrics;
}
