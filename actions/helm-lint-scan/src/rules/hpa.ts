import { dataAt, listAt, stringAt } from '../data.ts';
import { apiGroup, type Resource } from '../manifests/resource.ts';
import type { Workload } from '../manifests/workloads.ts';
import { effectiveNamespace, resourcesOfKind, type Scope } from './rule.ts';

/** A HorizontalPodAutoscaler and what it scales. */
export interface Scaling {
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
export function findScalings(scope: Scope): Scaling[] {
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
export function utilizationResources({ hpa }: Scaling): string[] {
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
