import { apiGroup, resourceLabel } from '../manifests/resource.ts';
import { effectiveNamespace, problemAt, type ResourceRule } from './rule.ts';

export const duplicateResource: ResourceRule = {
  id: 'duplicate-resource',
  level: 'error',
  title: 'A resource is defined twice',
  help: 'One overwrites the other, or the deployment fails. Give each a different name.',
  check: (scope) => {
    const firstFiles = new Map<string, string>();
    return scope.resources.flatMap((resource) => {
      // The API makes a new name for each of these; a name that is missing is the schema's affair.
      if (resource.name.endsWith('*') || resource.name === '?') return [];
      const key = [
        apiGroup(resource.apiVersion),
        resource.kind,
        effectiveNamespace(scope, resource),
        resource.name,
      ].join('\n');
      const first = firstFiles.get(key);
      if (first === undefined) {
        firstFiles.set(key, resource.source.file);
        return [];
      }
      return [
        problemAt(
          resource,
          ['metadata', 'name'],
          `${resourceLabel(resource)} is there twice; the first is in ${first}`,
        ),
      ];
    });
  },
};
