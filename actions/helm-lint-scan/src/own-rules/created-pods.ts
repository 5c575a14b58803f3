import { dataAt, type Path } from '../data.ts';
import type { Resource } from '../manifests/resource.ts';
import { findWorkloads } from '../manifests/workloads.ts';
import type { OwnRule } from './own-rule.ts';

/** A resource as a policy sees it. */
export interface SeenResource {
  resource: Resource;
  /** The path of it in the rendered resource: that of its template for a pod. */
  prefix: Path;
}

const pods = new WeakMap<Resource, SeenResource[]>();

/** The resource and, for a policy of a cluster, the pods that are created from it: the cluster asks its policies about these too. */
export function findSeen(resource: Resource, { sees }: Pick<OwnRule, 'sees'>): SeenResource[] {
  const itself = { resource, prefix: [] };
  if (sees === 'rendered') return [itself];
  const created = pods.get(resource) ?? createPods(resource);
  pods.set(resource, created);
  return [itself, ...created];
}

/** The name is only an example. */
function createPods(resource: Resource): SeenResource[] {
  if (resource.kind === 'Pod') return [];
  return findWorkloads([resource]).map(({ podPath, pod }) => {
    const prefix = podPath.slice(0, -1);
    const name = `${resource.name}-0`;
    const { apiVersion, kind } = resource;
    const metadata = {
      ...dataAt(resource.object, ...prefix, 'metadata'),
      name,
      ownerReferences: [{ apiVersion, kind, name: resource.name, controller: true }],
    };
    const object = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { serviceAccountName: 'default', ...pod } };
    return { resource: { ...resource, apiVersion: 'v1', kind: 'Pod', name, object }, prefix };
  });
}
