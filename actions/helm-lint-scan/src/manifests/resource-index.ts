import { apiGroup, type Resource } from './resource.ts';

/** Kinds without a namespace that others refer to by name. */
const CLUSTER_KINDS = new Set(['ClusterRole']);

export interface ResourceId {
  /** Empty for the core group. */
  group: string;
  kind: string;
  namespace: string;
  name: string;
}

/** Finds resources by what identifies them. A scope has one; it is built once. */
export class ResourceIndex {
  readonly #byId: ReadonlyMap<string, readonly Resource[]>;
  readonly #names: ReadonlyMap<string, readonly string[]>;

  /** @param fallback the namespace of resources that do not set one */
  constructor(resources: readonly Resource[], fallback: string) {
    const ids = new Map(
      resources.map(({ apiVersion, kind, namespace = fallback, name }) => {
        const id = { group: apiGroup(apiVersion), kind, namespace, name };
        return [idKey(id), id];
      }),
    );
    this.#byId = Map.groupBy(resources, ({ apiVersion, kind, namespace = fallback, name }) =>
      idKey({ group: apiGroup(apiVersion), kind, namespace, name }),
    );
    const names = new Map<string, string[]>();
    for (const id of ids.values()) {
      const all = names.get(kindKey(id)) ?? [];
      all.push(id.name);
      names.set(kindKey(id), all);
    }
    this.#names = names;
  }

  /** More than one if the resource is defined twice. */
  find(id: ResourceId): readonly Resource[] {
    return this.#byId.get(idKey(id)) ?? [];
  }

  /** The names of all resources of a kind in a namespace. */
  names(id: Omit<ResourceId, 'name'>): readonly string[] {
    return this.#names.get(kindKey(id)) ?? [];
  }
}

const kindKey = ({ group, kind, namespace }: Omit<ResourceId, 'name'>): string =>
  [group, kind, CLUSTER_KINDS.has(kind) ? '' : namespace].join('\n');

const idKey = (id: ResourceId): string => [kindKey(id), id.name].join('\n');
