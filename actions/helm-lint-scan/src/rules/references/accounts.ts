import { dataAt, listAt, stringAt } from '../../data.ts';
import { type ResourceRule, resourcesOfKind, type Scope } from '../rule.ts';
import { checkExists, type Reference } from './lookup.ts';

const ELSEWHERE = 'It is a note if nothing in the chart has a similar name, because another chart may contain it.';

export const serviceAccountMissing: ResourceRule = {
  id: 'service-account-missing',
  level: 'warning',
  title: 'A service account is used that does not exist',
  help: `Kubernetes creates no pod whose \`serviceAccountName\` does not exist in its namespace, and a binding to such an account gives no rights. ${ELSEWHERE} Source: https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/`,
  check: (scope) => [...ofPods(scope), ...ofBindings(scope)].flatMap((reference) => checkExists(scope, reference)),
};

/** Every namespace has one. */
const DEFAULT_ACCOUNT = 'default';

function ofPods(scope: Scope): Reference[] {
  return scope.workloads.flatMap(({ resource, pod, podPath }) => {
    // The older name still works, and the API server completes each from the other.
    const key = stringAt(pod, 'serviceAccountName') ? 'serviceAccountName' : 'serviceAccount';
    const name = stringAt(pod, key) ?? '';
    return name === '' || name === DEFAULT_ACCOUNT
      ? []
      : [{ resource, path: [...podPath, key], group: '', kind: 'ServiceAccount', name, verb: 'runs as' }];
  });
}

function ofBindings(scope: Scope): Reference[] {
  return ['RoleBinding', 'ClusterRoleBinding'].flatMap((kind) =>
    resourcesOfKind(scope, kind).flatMap((resource) =>
      listAt(resource.object, 'subjects').flatMap((subject, index) => {
        const name = stringAt(subject, 'name') ?? '';
        const namespace = stringAt(subject, 'namespace') ?? '';
        if (
          stringAt(subject, 'kind') !== 'ServiceAccount' ||
          [name, namespace].includes('') ||
          name === DEFAULT_ACCOUNT
        )
          return [];
        const path = ['subjects', index, 'name'];
        return [{ resource, path, group: '', kind: 'ServiceAccount', namespace, name, verb: 'gives rights to' }];
      }),
    ),
  );
}

export const roleMissing: ResourceRule = {
  id: 'role-missing',
  level: 'warning',
  title: 'A binding gives a role that does not exist',
  help: `It gives no rights until the role exists. \`Role\` means one in the namespace of the binding. ${ELSEWHERE} Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#rolebinding-and-clusterrolebinding`,
  check: (scope) => findRoleReferences(scope).flatMap((reference) => checkExists(scope, reference)),
};

/** Roles that every cluster has. Source: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings */
const DEFAULT_ROLES = /^(?:cluster-admin|admin|edit|view|extension-apiserver-authentication-reader|system:.*)$/;

function findRoleReferences(scope: Scope): Reference[] {
  return ['RoleBinding', 'ClusterRoleBinding'].flatMap((binding) =>
    resourcesOfKind(scope, binding).flatMap((resource) => {
      const role = dataAt(resource.object, 'roleRef');
      const kind = stringAt(role, 'kind') ?? '';
      const name = stringAt(role, 'name') ?? '';
      const isChecked = kind === 'ClusterRole' || (kind === 'Role' && binding === 'RoleBinding');
      return !isChecked || name === '' || DEFAULT_ROLES.test(name)
        ? []
        : [{ resource, path: ['roleRef', 'name'], group: 'rbac.authorization.k8s.io', kind, name, verb: 'gives' }];
    }),
  );
}
