import { objectKey, resourceLabel } from '../../manifests/resource.ts';
import { problemAt, type ResourceRule } from '../rule.ts';

export const duplicateResource: ResourceRule = {
  id: 'duplicate-resource',
  level: 'error',
  title: 'A resource is defined twice',
  help: 'One overwrites the other, or the deployment fails. Give each a different name.',
  check: (scope) => {
    const firstFiles = new Map<string, string>();
    return scope.resources.flatMap((resource) => {
      // A missing name is reported by the schema.
      const key = objectKey(resource, scope.namespace);
      if (key === undefined) return [];
      const first = firstFiles.get(key);
      if (first === undefined) {
        firstFiles.set(key, resource.source.file);
        return [];
      }
      return [
        problemAt(
          resource,
          ['metadata', 'name'],
          `${resourceLabel(resource)} is defined twice; the first is in ${first}`,
        ),
      ];
    });
  },
};
