import { isScalar, type YAMLMap } from 'yaml';
import { fullRepository } from '../../../lib/images/mappings.ts';
import { hasRegistry } from '../../../lib/images/references.ts';
import { lookUp } from '../yaml/lookup.ts';
import type { ParsedDocument } from '../yaml/source.ts';

/** Where charts have the registry of all their images: Bitnami's `common`, grafana's charts, kube-prometheus-stack. */
export const GLOBAL_KEYS: readonly (readonly [string, ...string[]])[] = [
  ['global', 'imageRegistry'],
  ['global', 'image', 'registry'],
  ['global', 'registry'],
  ['imageRegistry'],
];

/** The keys in which a search for registries begins. */
export const REGISTRY_ROOTS: ReadonlySet<string> = new Set(GLOBAL_KEYS.map(([first]) => first));

/** The registries that a mapping sets for everything below it. */
export function registriesIn(document: ParsedDocument, map: YAMLMap): string[] {
  const found = GLOBAL_KEYS.flatMap((keys) => {
    const scalar = keys.reduce<unknown>((parent, key) => lookUp(document, parent, key)?.node, map);
    const text = isScalar(scalar) && typeof scalar.value === 'string' ? scalar.value.trim() : '';
    return text === '' ? [] : [text];
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
