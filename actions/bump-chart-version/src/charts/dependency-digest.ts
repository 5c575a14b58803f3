import { createHash } from 'node:crypto';

/** A dependency as YAML data. */
export type DependencyData = ReadonlyMap<unknown, unknown>;

/**
 * The digest of a lock file as Helm computes it: SHA-256 of the JSON of both lists, `[dependencies, locked dependencies]`, with the keys in the
 * order of Helm's structure, without the empty ones, and with Go's escapes.
 * https://github.com/helm/helm/blob/v4.3.1/internal/resolver/resolver.go (HashReq), https://github.com/helm/helm/blob/v4.3.1/pkg/chart/v2/dependency.go
 */
export function dependencyDigest(dependencies: readonly DependencyData[], locked: readonly DependencyData[]): string {
  const lists = [
    dependencies.map((dependency, index) => helmFields(dependency, locked[index])),
    locked.map((lock) => helmFields(lock, undefined)),
  ];
  const json = JSON.stringify(lists).replaceAll(
    GO_ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `sha256:${createHash('sha256').update(json).digest('hex')}`;
}

/** What Go's JSON escapes and JavaScript's does not: https://pkg.go.dev/encoding/json#Marshal */
const GO_ESCAPED = /[<>&\u2028\u2029]/g;

function helmFields(dependency: DependencyData, locked: DependencyData | undefined): Record<string, unknown> {
  const optional = (key: string): string | undefined => textAt(dependency, key) || undefined;
  return {
    name: textAt(dependency, 'name'),
    version: optional('version'),
    repository: repositoryOf(dependency, locked),
    condition: optional('condition'),
    tags: listAt(dependency, 'tags'),
    enabled: dependency.get('enabled') === true ? true : undefined,
    'import-values': listAt(dependency, 'import-values'),
    alias: optional('alias'),
  };
}

/** Helm replaces the name of a repository (`@stable`, `alias:stable`) by its URL first, which the lock file has. */
function repositoryOf(dependency: DependencyData, locked: DependencyData | undefined): string {
  const repository = textAt(dependency, 'repository');
  return locked !== undefined && /^(@|alias:)/.test(repository) ? textAt(locked, 'repository') : repository;
}

/** A value as text; `''` for an empty one. */
export function textAt(dependency: DependencyData, key: string): string {
  const value = dependency.get(key) ?? '';
  return typeof value === 'string' ? value : String(value);
}

function listAt(dependency: DependencyData, key: string): unknown[] | undefined {
  const value = dependency.get(key);
  return Array.isArray(value) && value.length > 0 ? value.map(toPlain) : undefined;
}

/** Mappings as objects with sorted keys, as Go writes them. */
function toPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  const entries = [...value].map(([key, item]): [string, unknown] => [String(key), toPlain(item)]);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
