import { at, listAt, type Path, stringAt } from '../../data.ts';
import { apiGroup, isHelmTest, type Resource } from '../../manifests/resource.ts';
import { effectiveNamespace, type Problem, problemAt, resourcesOfKind, type Scope } from '../rule.ts';

/** One rule of a Role or ClusterRole. `*` stands for all of a list. */
export interface Permission {
  role: Resource;
  /** The path in the role. */
  path: Path;
  groups: ReadonlySet<unknown>;
  resources: ReadonlySet<unknown>;
  verbs: ReadonlySet<unknown>;
  /** Whether it is restricted to objects with given names. */
  named: boolean;
}

export const RBAC = 'rbac.authorization.k8s.io';

const isRbac = (resource: Resource): boolean => apiGroup(resource.apiVersion) === RBAC && !isHelmTest(resource);

/** The resources of a kind of RBAC, without those of `helm test`. */
export const rbacOfKind = (scope: Scope, kind: string): Resource[] => resourcesOfKind(scope, kind).filter(isRbac);

const cache = new WeakMap<Scope, readonly Permission[]>();

/** The permissions of all roles of a scope. */
function findPermissions(scope: Scope): readonly Permission[] {
  const known = cache.get(scope) ?? [...rbacOfKind(scope, 'ClusterRole'), ...rbacOfKind(scope, 'Role')].flatMap(read);
  cache.set(scope, known);
  return known;
}

const read = (role: Resource): Permission[] =>
  listAt(role.object, 'rules').map((rule, index) => ({
    role,
    path: ['rules', index],
    groups: new Set(listAt(rule, 'apiGroups')),
    resources: new Set(listAt(rule, 'resources')),
    verbs: new Set(listAt(rule, 'verbs')),
    named: listAt(rule, 'resourceNames').length > 0,
  }));

/** What a permission is compared with. */
export interface Access {
  group: string;
  /** With its subresource, such as `pods/exec`. */
  resources: readonly string[];
  verbs: readonly string[];
}

/**
 * The resources and verbs of an access that a permission allows; `undefined` when it allows none.
 * Source: `RuleAllows` of https://github.com/kubernetes/kubernetes/blob/master/plugin/pkg/auth/authorizer/rbac/rbac.go
 */
export function allowed(
  { groups, resources, verbs }: Permission,
  access: Access,
): { resources: string[]; verbs: string[] } | undefined {
  const hasResource = (name: string): boolean => {
    const subresource = name.includes('/') ? `*${name.slice(name.indexOf('/'))}` : name;
    return ['*', name, subresource].some((given) => resources.has(given));
  };
  const found = {
    resources: access.resources.filter(hasResource),
    verbs: access.verbs.filter((verb) => verbs.has('*') || verbs.has(verb)),
  };
  const inGroup = groups.has('*') || groups.has(access.group);
  return inGroup && found.resources.length > 0 && found.verbs.length > 0 ? found : undefined;
}

/** Check the permissions that are not restricted to names. */
export function checkPermissions(
  scope: Scope,
  check: (permission: Permission) => Pick<Problem, 'message' | 'level'> | undefined,
): Problem[] {
  return findPermissions(scope)
    .filter(({ named }) => !named)
    .flatMap((permission) => {
      const found = check(permission);
      return found === undefined ? [] : [{ ...problemAt(permission.role, permission.path, found.message), ...found }];
    });
}

const boundCache = new WeakMap<Scope, Record<'RoleBinding' | 'ClusterRoleBinding', ReadonlySet<unknown>>>();

/** The names of the ClusterRoles that bindings refer to. */
function findBound(scope: Scope): Record<'RoleBinding' | 'ClusterRoleBinding', ReadonlySet<unknown>> {
  const namesIn = (kind: string): Set<unknown> =>
    new Set(
      rbacOfKind(scope, kind).flatMap(({ object }) =>
        stringAt(object, 'roleRef', 'kind') === 'ClusterRole' ? at(object, 'roleRef', 'name') : [],
      ),
    );
  const known = boundCache.get(scope) ?? {
    RoleBinding: namesIn('RoleBinding'),
    ClusterRoleBinding: namesIn('ClusterRoleBinding'),
  };
  boundCache.set(scope, known);
  return known;
}

/** Whether a role applies in single namespaces alone: a Role, or a ClusterRole that only RoleBindings refer to. */
export function isNamespaced(scope: Scope, { kind, name }: Resource): boolean {
  const bound = findBound(scope);
  return kind === 'Role' || (bound.RoleBinding.has(name) && !bound.ClusterRoleBinding.has(name));
}

/** The service accounts that a binding names, as `NAMESPACE/NAME`, and the groups and users that stand for such. */
export const boundAccounts = (scope: Scope, binding: Resource): string[] =>
  listAt(binding.object, 'subjects').flatMap((subject) => {
    const name = stringAt(subject, 'name') ?? '?';
    if (stringAt(subject, 'kind') === 'ServiceAccount')
      return `${stringAt(subject, 'namespace') ?? effectiveNamespace(scope, binding)}/${name}`;
    return /^system:(?:serviceaccounts?(?::|$)|authenticated$|unauthenticated$|anonymous$)/.test(name) ? name : [];
  });
