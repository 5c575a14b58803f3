import { dataAt, listAt, stringAt } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { groupOf } from '../manifests/resource.ts';
import type { Workload } from '../manifests/workloads.ts';
import { namespaceIn, ofKind, type Scope } from './rule.ts';

/** A HorizontalPodAutoscaler and what it scales. */
export interface Scaling {
  hpa: Resource;
  /** `Deployment/web` */
  targetLabel: string;
  /** `undefined` when nothing of that name is rendered. */
  target: Resource | undefined;
  workload: Workload | undefined;
}

const isHpa = (resource: Resource): boolean => groupOf(resource.apiVersion) === 'autoscaling';

const known = new WeakMap<Scope, Scaling[]>();
const knownTargets = new WeakMap<Scope, ReadonlyMap<Resource, Scaling>>();

/** The autoscalers of a scope. */
export function scalings(scope: Scope): Scaling[] {
  const all = known.get(scope) ?? readScalings(scope);
  known.set(scope, all);
  return all;
}

/** The first autoscaler that scales a resource. */
export function scalingOf(scope: Scope, target: Resource): Scaling | undefined {
  const targets =
    knownTargets.get(scope) ??
    new Map(
      scalings(scope)
        .toReversed()
        .flatMap((each) => (each.target === undefined ? [] : [[each.target, each] as const])),
    );
  knownTargets.set(scope, targets);
  return targets.get(target);
}

function readScalings(scope: Scope): Scaling[] {
  const key = (kind: string, name: string, of: Resource): string => [kind, name, namespaceIn(scope, of)].join('\n');
  const firstOf = <T>(all: readonly T[], resourceOf: (each: T) => Resource): Map<string, T> =>
    new Map(
      all.toReversed().map((each) => {
        const resource = resourceOf(each);
        return [key(resource.kind, resource.name, resource), each];
      }),
    );
  const resources = firstOf(scope.resources, (resource) => resource);
  const workloads = firstOf(scope.workloads, ({ resource }) => resource);
  return ofKind(scope, 'HorizontalPodAutoscaler')
    .filter(isHpa)
    .map((hpa) => {
      const reference = dataAt(hpa.object, 'spec', 'scaleTargetRef');
      const kind = stringAt(reference, 'kind') ?? '?';
      const name = stringAt(reference, 'name') ?? '?';
      const target = key(kind, name, hpa);
      return { hpa, targetLabel: `${kind}/${name}`, target: resources.get(target), workload: workloads.get(target) };
    });
}

/** The resources whose utilisation, a share of the pods' request, an autoscaler looks at: `cpu`, `memory`. */
export function utilisations({ hpa }: Scaling): string[] {
  const metrics = listAt(hpa.object, 'spec', 'metrics')
    .filter(
      (metric) =>
        stringAt(metric, 'type') === 'Resource' && stringAt(metric, 'resource', 'target', 'type') === 'Utilization',
    )
    .flatMap((metric) => stringAt(metric, 'resource', 'name') ?? []);
  // autoscaling/v1 knows only this one; and without any metric the API takes CPU at 80 %.
  const implied = hpa.apiVersion === 'autoscaling/v1' || listAt(hpa.object, 'spec', 'metrics').length === 0;
  return implied ? ['cpu'] : metrics;
}
