import { isMap, isScalar } from 'yaml';
import { fullRepository } from '../../../lib/images/mappings.ts';
import { hasRegistry } from '../../../lib/images/references.ts';

/** Where charts have the registry of all their images: Bitnami's `common`, grafana's charts, kube-prometheus-stack. */
export const GLOBAL_KEYS: readonly (readonly [string, ...string[]])[] = [
  ['global', 'imageRegistry'],
  ['global', 'image', 'registry'],
  ['global', 'registry'],
  ['imageRegistry'],
];

/**
 * The registries that a mapping sets for everything below it.
 * @param get the value of one of its keys
 * @param resolve the node of an alias
 */
export function registriesIn(get: (key: string) => unknown, resolve: (node: unknown) => unknown): string[] {
  const found = GLOBAL_KEYS.flatMap(([first, ...rest]) => {
    const node = rest.reduce<unknown>((parent, key) => {
      const map = resolve(parent);
      return isMap(map) ? map.get(key, true) : undefined;
    }, get(first));
    const scalar = resolve(node);
    return isScalar(scalar) && typeof scalar.value === 'string' && scalar.value.trim() !== ''
      ? [scalar.value.trim()]
      : [];
  });
  return [...new Set(found)];
}

/**
 * The full names that a repository can have. A registry for all images replaces that of the image in most charts, and fills it in where it has
 * none.
 * @param registry of the image itself, or `''`
 * @param registries for all images
 */
export function fullNames(repository: string, registry: string, registries: readonly string[]): string[] {
  if (hasRegistry(repository)) return [fullRepository({ registry, repository })];
  const global = registries.map((host) => fullRepository({ registry: host, repository }));
  const own = fullRepository({ registry, repository });
  return [...new Set(registry === '' ? [...global, own] : [own, ...global])];
}
