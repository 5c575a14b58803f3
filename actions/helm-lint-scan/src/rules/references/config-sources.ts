import { at, isData, listAt, type Path, stringAt } from '../../data.ts';
import type { Workload } from '../../manifests/workloads.ts';
import type { Scope } from '../rule.ts';
import type { Reference } from './lookup.ts';

/** A place in a pod that reads a ConfigMap or Secret. */
export interface ConfigReference extends Reference {
  kind: 'ConfigMap' | 'Secret';
  /** The keys that must exist. */
  keys: { key: string; path: Path }[];
}

const cache = new WeakMap<Scope, readonly ConfigReference[]>();

/** What the pods of a scope read and cannot start without: references that are optional are left out. */
export function findConfigReferences(scope: Scope): readonly ConfigReference[] {
  const found = cache.get(scope) ?? scope.workloads.flatMap((workload) => [...ofEnv(workload), ...ofVolumes(workload)]);
  cache.set(scope, found);
  return found;
}

const ENV_SOURCES = { configMapKeyRef: 'ConfigMap', secretKeyRef: 'Secret' } as const;
const ENV_FROM_SOURCES = { configMapRef: 'ConfigMap', secretRef: 'Secret' } as const;

function ofEnv({ resource, containers }: Workload): ConfigReference[] {
  return containers.flatMap(({ spec, path }) => [
    ...listAt(spec, 'env').flatMap((_, index) =>
      Object.entries(ENV_SOURCES).flatMap(([source, kind]) =>
        readReference(resource, [...path, 'env', index, 'valueFrom', source], { kind, verb: 'reads', name: 'name' }),
      ),
    ),
    ...listAt(spec, 'envFrom').flatMap((_, index) =>
      Object.entries(ENV_FROM_SOURCES).flatMap(([source, kind]) =>
        readReference(resource, [...path, 'envFrom', index, source], { kind, verb: 'reads', name: 'name' }),
      ),
    ),
  ]);
}

const VOLUME_SOURCES = {
  configMap: { kind: 'ConfigMap', verb: 'mounts', name: 'name' },
  secret: { kind: 'Secret', verb: 'mounts', name: 'secretName' },
} as const;
const PROJECTED_SOURCES = {
  configMap: { kind: 'ConfigMap', verb: 'mounts', name: 'name' },
  secret: { kind: 'Secret', verb: 'mounts', name: 'name' },
} as const;

function ofVolumes({ resource, pod, podPath }: Workload): ConfigReference[] {
  return listAt(pod, 'volumes').flatMap((volume, index) => {
    const path: Path = [...podPath, 'volumes', index];
    return [
      ...Object.entries(VOLUME_SOURCES).flatMap(([source, how]) => readReference(resource, [...path, source], how)),
      ...listAt(volume, 'projected', 'sources').flatMap((_, position) =>
        Object.entries(PROJECTED_SOURCES).flatMap(([source, how]) =>
          readReference(resource, [...path, 'projected', 'sources', position, source], how),
        ),
      ),
    ];
  });
}

/** ConfigMaps that Kubernetes and OpenShift put into every namespace. */
const IN_EVERY_NAMESPACE = new Set(['kube-root-ca.crt', 'openshift-service-ca.crt']);

/** @param how the key that holds the name, among others */
function readReference(
  resource: Workload['resource'],
  path: Path,
  how: { kind: ConfigReference['kind']; verb: string; name: string },
): ConfigReference[] {
  const source = at(resource.object, ...path);
  const name = stringAt(source, how.name) ?? '';
  if (!isData(source) || source.optional === true || name === '' || IN_EVERY_NAMESPACE.has(name)) return [];
  const key = stringAt(source, 'key');
  const items = listAt(source, 'items').flatMap((item, index) => {
    const itemKey = stringAt(item, 'key');
    return itemKey === undefined ? [] : [{ key: itemKey, path: [...path, 'items', index, 'key'] }];
  });
  return [
    {
      resource,
      path: [...path, how.name],
      group: '',
      kind: how.kind,
      name,
      verb: how.verb,
      keys: key === undefined ? items : [{ key, path: [...path, 'key'] }],
    },
  ];
}
