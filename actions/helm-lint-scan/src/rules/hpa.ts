import { dataAt, listAt, textAt } from '../data.ts';
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

/** The autoscalers of a scope. */
export function scalings(scope: Scope): Scaling[] {
  return ofKind(scope, 'HorizontalPodAutoscaler')
    .filter(isHpa)
    .map((hpa) => {
      const reference = dataAt(hpa.object, 'spec', 'scaleTargetRef');
      const kind = textAt(reference, 'kind') ?? '?';
      const name = textAt(reference, 'name') ?? '?';
      const isTarget = (each: Resource): boolean =>
        each.kind === kind && each.name === name && namespaceIn(scope, each) === namespaceIn(scope, hpa);
      return {
        hpa,
        targetLabel: `${kind}/${name}`,
        target: scope.resources.find(isTarget),
        workload: scope.workloads.find(({ resource }) => isTarget(resource)),
      };
    });
}

/** The resources whose utilisation, a share of the pods' request, an autoscaler looks at: `cpu`, `memory`. */
export function utilisations({ hpa }: Scaling): string[] {
  const metrics = listAt(hpa.object, 'spec', 'metrics')
    .filter(
      (metric) =>
        textAt(metric, 'type') === 'Resource' && textAt(metric, 'resource', 'target', 'type') === 'Utilization',
    )
    .flatMap((metric) => textAt(metric, 'resource', 'name') ?? []);
  // autoscaling/v1 knows only this one; and without any metric the API takes CPU at 80 %.
  const implied = hpa.apiVersion === 'autoscaling/v1' || listAt(hpa.object, 'spec', 'metrics').length === 0;
  return implied ? ['cpu'] : metrics;
}
