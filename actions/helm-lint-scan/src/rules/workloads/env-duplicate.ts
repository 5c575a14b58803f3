import { listAt, stringAt } from '../../data.ts';
import { checkContainers, problemAt, type ResourceRule } from '../rule.ts';

export const envDuplicate: ResourceRule = {
  id: 'env-duplicate',
  level: 'warning',
  title: 'A container sets an environment variable twice',
  help: 'Only the last value counts, and server-side apply, the default of Helm 4, refuses the list. Remove one. Source: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy',
  check: (scope) =>
    checkContainers(scope, ({ name, spec, path }, { resource }) => {
      const seen = new Set<string>();
      return listAt(spec, 'env').flatMap((variable, index) => {
        const key = stringAt(variable, 'name');
        if (key === undefined || !seen.has(key)) {
          if (key !== undefined) seen.add(key);
          return [];
        }
        return [
          problemAt(
            resource,
            [...path, 'env', index, 'name'],
            `container ${name} sets ${key} twice; the last value counts`,
          ),
        ];
      });
    }),
};
