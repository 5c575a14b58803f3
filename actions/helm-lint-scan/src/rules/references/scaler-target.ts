import { dataAt, stringAt } from '../../data.ts';
import { apiGroup } from '../../manifests/resource.ts';
import { type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { checkExists, type Reference } from './lookup.ts';

export const scalerTargetMissing: ResourceRule = {
  id: 'scaler-target-missing',
  level: 'warning',
  title: 'A VerticalPodAutoscaler or ScaledObject scales a workload that does not exist',
  help: 'Its target must name, with its kind, a workload of the same namespace. It is a note if nothing in the chart has a similar name, because another chart may contain the target.',
  check: (scope) => findTargets(scope).flatMap((reference) => checkExists(scope, reference)),
};

const SCALERS = [
  { kind: 'VerticalPodAutoscaler', group: 'autoscaling.k8s.io', field: 'targetRef' },
  { kind: 'ScaledObject', group: 'keda.sh', field: 'scaleTargetRef' },
] as const;

function findTargets(scope: Scope): Reference[] {
  return SCALERS.flatMap(({ kind, group, field }) =>
    resourcesOfKind(scope, kind)
      .filter(({ apiVersion }) => apiGroup(apiVersion) === group)
      .flatMap((resource) => {
        const target = dataAt(resource.object, 'spec', field);
        const name = stringAt(target, 'name') ?? '';
        // A ScaledObject may omit the kind and its group.
        const kindOfTarget = stringAt(target, 'kind') ?? 'Deployment';
        const groupOfTarget = apiGroup(stringAt(target, 'apiVersion') ?? 'apps/v1');
        const path = ['spec', field, 'name'];
        return name === '' ? [] : [{ resource, path, group: groupOfTarget, kind: kindOfTarget, name, verb: 'scales' }];
      }),
  );
}
