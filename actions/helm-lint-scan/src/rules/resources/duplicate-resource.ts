import { annotation, objectKey, type Resource, resourceLabel } from '../../manifests/resource.ts';
import { problemAt, type ResourceRule } from '../rule.ts';

export const duplicateResource: ResourceRule = {
  id: 'duplicate-resource',
  level: 'error',
  title: 'A resource is defined twice',
  help: 'One overwrites the other, or the deployment fails. Give each a different name.',
  check: (scope) => {
    const firsts = new Map<string, Resource>();
    return scope.resources.flatMap((resource) => {
      // A missing name is reported by the schema.
      const key = objectKey(resource, scope.namespace);
      if (key === undefined) return [];
      const first = firsts.get(key);
      if (first === undefined) {
        firsts.set(key, resource);
        return [];
      }
      if (isReplacedHook(first) && isReplacedHook(resource)) return [];
      return [
        problemAt(
          resource,
          ['metadata', 'name'],
          `${resourceLabel(resource)} is defined twice; the first is in ${first.source.file}`,
        ),
      ];
    });
  },
};

/**
 * Whether Helm deletes the object before or after it is needed, so that another hook can have the same name. Without a policy Helm deletes
 * it before it creates the next.
 * Source: https://helm.sh/docs/topics/charts_hooks/#hook-deletion-policies
 */
function isReplacedHook(resource: Resource): boolean {
  if (annotation(resource, 'helm.sh/hook') === undefined) return false;
  const policies = annotation(resource, 'helm.sh/hook-delete-policy') ?? 'before-hook-creation';
  return policies.split(',').some((policy) => ['before-hook-creation', 'hook-succeeded'].includes(policy.trim()));
}
