import { at, stringAt } from '../../data.ts';
import { lookupOf } from '../references/lookup.ts';
import { effectiveNamespace, missingAt, type ResourceRule } from '../rule.ts';

export const serviceAccountToken: ResourceRule = {
  id: 'service-account-token',
  level: 'note',
  severity: 4,
  title: 'A pod gets an API token that it may not need',
  help: 'Set `automountServiceAccountToken: false` for pods that do not use the Kubernetes API.',
  check: (scope) =>
    scope.workloads.flatMap(({ resource, pod, podPath }) => {
      const namespace = effectiveNamespace(scope, resource);
      const name = stringAt(pod, 'serviceAccountName') ?? 'default';
      const [account] = lookupOf(scope).index.find({ group: '', kind: 'ServiceAccount', namespace, name });
      const mounted = at(pod, 'automountServiceAccountToken') ?? at(account?.object, 'automountServiceAccountToken');
      return mounted === undefined
        ? [
            missingAt(
              resource,
              [...podPath, 'automountServiceAccountToken'],
              'mounts the token of its service account by default',
            ),
          ]
        : [];
    }),
};
