import { fateOf } from '../validation/removed-apis.ts';
import { type ResourceRule, wrong } from './rule.ts';

export const apiDeprecated: ResourceRule = {
  id: 'api-deprecated',
  level: 'warning',
  title: 'An API version is deprecated',
  help: 'Kubernetes still serves it. Use the version that replaces it. Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
  check: (scope) =>
    scope.resources.flatMap((resource) => {
      const fate = fateOf(resource.apiVersion, resource.kind);
      if (
        fate === undefined ||
        scope.minor < fate.deprecated ||
        scope.minor >= (fate.removed ?? Number.POSITIVE_INFINITY)
      )
        return [];
      const end = fate.removed === undefined ? '' : ` and gone from 1.${fate.removed}`;
      const next = fate.replacement === undefined ? '' : `; use ${fate.replacement}`;
      return [
        wrong(
          resource,
          ['apiVersion'],
          `${resource.kind} in ${resource.apiVersion} is deprecated since Kubernetes 1.${fate.deprecated}${end}${next}`,
        ),
      ];
    }),
};
