import { findDeprecation } from '../../validation/deprecated-apis.ts';
import { problemAt, type ResourceRule } from '../rule.ts';

export const apiDeprecated: ResourceRule = {
  id: 'api-deprecated',
  level: 'warning',
  title: 'An API version is deprecated',
  help: 'Kubernetes still serves it. Use the version that replaces it. Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
  check: (scope) =>
    scope.resources.flatMap((resource) => {
      const deprecation = findDeprecation(resource.apiVersion, resource.kind);
      if (
        deprecation === undefined ||
        scope.minor < deprecation.deprecated ||
        scope.minor >= (deprecation.removed ?? Number.POSITIVE_INFINITY)
      )
        return [];
      const end = deprecation.removed === undefined ? '' : ` and removed in 1.${deprecation.removed}`;
      const next = deprecation.replacement === undefined ? '' : `; use ${deprecation.replacement}`;
      return [
        problemAt(
          resource,
          ['apiVersion'],
          `${resource.kind} in ${resource.apiVersion} is deprecated since Kubernetes 1.${deprecation.deprecated}${end}${next}`,
        ),
      ];
    }),
};
