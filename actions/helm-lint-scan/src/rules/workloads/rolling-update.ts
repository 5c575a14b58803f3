import { at } from '../../data.ts';
import { missingAt, problemAt, type ResourceRule } from '../rule.ts';

const PATH = ['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'];

export const rollingUpdate: ResourceRule = {
  id: 'rolling-update',
  level: 'warning',
  title: 'A rollout may remove pods before new ones are ready',
  help: 'With `maxUnavailable: 0` the capacity never falls below the desired one; `maxSurge` then allows additional new pods. The default is 25 %. Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, kind }) => {
      if (kind !== 'Deployment') return [];
      if (at(resource.object, 'spec', 'strategy', 'type') === 'Recreate')
        return [
          problemAt(resource, ['spec', 'strategy', 'type'], 'stops every pod before it starts new ones (Recreate)'),
        ];
      const value = at(resource.object, ...PATH);
      if (value === undefined)
        return [
          missingAt(
            resource,
            PATH,
            'does not set rollingUpdate.maxUnavailable: up to 25 % of the pods may be removed first',
          ),
        ];
      return value === 0 || value === '0' || value === '0%'
        ? []
        : [problemAt(resource, PATH, `allows ${String(value)} of its pods to be removed before new ones are ready`)];
    }),
};
