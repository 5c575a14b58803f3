import { listAt } from '../../data.ts';
import type { ResourceId } from '../../manifests/resource-index.ts';
import { resourcesOfKind, type Scope } from '../rule.ts';

const WRITE = ['update', 'patch', '*'];

/** What a rule of a role allows to change. */
interface Permission {
  resources: ReadonlySet<unknown>;
  /** Empty for all. */
  names: ReadonlySet<unknown>;
}

const cache = new WeakMap<Scope, Permission[]>();

function findPermissions(scope: Scope): Permission[] {
  const rules = ['Role', 'ClusterRole'].flatMap((kind) =>
    resourcesOfKind(scope, kind).flatMap(({ object }) => listAt(object, 'rules')),
  );
  return rules
    .filter((rule) => listAt(rule, 'verbs').some((verb) => WRITE.some((write) => write === verb)))
    .map((rule) => ({ resources: new Set(listAt(rule, 'resources')), names: new Set(listAt(rule, 'resourceNames')) }));
}

/** Whether a role of the scope lets a program change the object; without a name, all of the kind. */
export function mayChange(scope: Scope, { kind, name }: Pick<ResourceId, 'kind' | 'name'>): boolean {
  const permissions = cache.get(scope) ?? findPermissions(scope);
  cache.set(scope, permissions);
  const plural = `${kind.toLowerCase()}s`;
  return permissions.some(
    ({ resources, names }) => (resources.has(plural) || resources.has('*')) && (names.size === 0 || names.has(name)),
  );
}
