import { problemAt, type ResourceRule } from '../rule.ts';

export const namespaceHardCoded: ResourceRule = {
  id: 'namespace-hard-coded',
  level: 'warning',
  title: 'A chart puts a resource into another namespace than the release',
  help: 'The release is then spread over namespaces, and a second release conflicts with the first. Remove the namespace or use `.Release.Namespace`.',
  check: (scope) =>
    scope.resources.flatMap((resource) =>
      scope.origin === 'chart' && resource.namespace !== undefined && resource.namespace !== scope.namespace
        ? [problemAt(resource, ['metadata', 'namespace'], `is always installed in the namespace ${resource.namespace}`)]
        : [],
    ),
};
