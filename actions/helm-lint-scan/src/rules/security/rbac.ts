import { stringAt } from '../../data.ts';
import { problemAt, type ResourceRule } from '../rule.ts';
import {
  type Access,
  allowed,
  boundAccounts,
  checkPermissions,
  isNamespaced,
  type Permission,
  RBAC,
  rbacOfKind,
} from './roles.ts';

const GOOD_PRACTICES = 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/';

export const clusterAdmin: ResourceRule = {
  id: 'cluster-admin',
  level: 'warning',
  severity: 9,
  title: 'A service account is an administrator of the cluster',
  help: `Anyone who takes over one of its pods has the whole cluster, or with a RoleBinding the whole namespace. Bind a role that lists what the pods need. Source: ${GOOD_PRACTICES}#least-privilege`,
  check: (scope) =>
    ['ClusterRoleBinding', 'RoleBinding']
      .flatMap((kind) => rbacOfKind(scope, kind))
      .flatMap((binding) => {
        const accounts = boundAccounts(scope, binding);
        const isAdmin =
          stringAt(binding.object, 'roleRef', 'kind') === 'ClusterRole' &&
          stringAt(binding.object, 'roleRef', 'name') === 'cluster-admin';
        if (!isAdmin || accounts.length === 0) return [];
        const where = binding.kind === 'RoleBinding' ? ' in its namespace' : '';
        const message = `gives ${accounts.join(', ')} the role cluster-admin${where}`;
        return [problemAt(binding, ['roleRef', 'name'], message)];
      }),
};

/** The API groups of Kubernetes itself. An operator may have all of its own group. */
const BUILT_IN = new Set<unknown>([
  '*',
  '',
  'apps',
  'autoscaling',
  'batch',
  'extensions',
  'policy',
  ...[
    'admissionregistration',
    'apiextensions',
    'apiregistration',
    'authentication',
    'authorization',
    'certificates',
    'coordination',
    'discovery',
    'events',
    'flowcontrol.apiserver',
    'networking',
    'node',
    'rbac.authorization',
    'resource',
    'scheduling',
    'storage',
    'storagemigration',
  ].map((name) => `${name}.k8s.io`),
]);

const READING = new Set<unknown>(['get', 'list', 'watch']);

export const rbacWildcard: ResourceRule = {
  id: 'rbac-wildcard',
  level: 'warning',
  severity: 7,
  title: 'A role may change every resource',
  help: `\`*\` also includes kinds that are added later, and what gives more permissions, such as Secrets and roles. List the resources and verbs that are needed. Source: ${GOOD_PRACTICES}#least-privilege`,
  check: (scope) =>
    checkPermissions(scope, (permission) => {
      const message = describeWildcard(permission);
      return message === undefined ? undefined : { message };
    }),
};

function describeWildcard({ groups, resources, verbs }: Permission): string | undefined {
  const changes = [...verbs].filter((verb) => !READING.has(verb));
  const builtIn = [...groups].filter((group) => BUILT_IN.has(group));
  if (!resources.has('*') || changes.length === 0 || builtIn.length === 0) return undefined;
  const what = verbs.has('*') ? 'every verb' : changes.join(', ');
  const where = groups.has('*')
    ? 'every API group'
    : builtIn.map((group) => (group === '' ? 'the core API' : group)).join(', ');
  return `allows ${what} on every resource of ${where}`;
}

/** What a permission allows of an access. One for every resource has its own rule, which says it all. */
function describe(permission: Permission, access: Access): string | undefined {
  const found = describeWildcard(permission) === undefined ? allowed(permission, access) : undefined;
  if (found === undefined) return undefined;
  const verbs = permission.verbs.has('*') ? `every verb (${found.verbs.join(', ')})` : found.verbs.join(', ');
  return `allows ${verbs} on ${found.resources.join(', ')}`;
}

export const rbacSecrets: ResourceRule = {
  id: 'rbac-secrets',
  level: 'warning',
  severity: 6,
  title: 'A role may read all Secrets',
  help: `\`list\` and \`watch\` return their content, as \`get\` does, and the tokens among them give more permissions. Name the Secrets in \`resourceNames\`, or use a Role in the namespace where they are, which is a note. Source: ${GOOD_PRACTICES}#listing-secrets`,
  check: (scope) =>
    checkPermissions(scope, (permission) => {
      const message = describe(permission, { group: '', resources: ['secrets'], verbs: ['get', 'list', 'watch'] });
      if (message === undefined) return undefined;
      return isNamespaced(scope, permission.role)
        ? { message: `${message} of a namespace`, level: 'note' }
        : { message: `${message} of all namespaces` };
    }),
};

export const rbacExec: ResourceRule = {
  id: 'rbac-exec',
  level: 'warning',
  severity: 7,
  title: 'A role may run commands in pods',
  help: `Anyone who runs a command in a pod has what the pod has: its Secrets, its token, its volumes. Remove \`pods/exec\` and \`pods/attach\`, or restrict the role to one namespace that has nothing else. Source: ${GOOD_PRACTICES}`,
  check: (scope) =>
    checkPermissions(scope, (permission) => {
      const access = { group: '', resources: ['pods/exec', 'pods/attach'], verbs: ['create'] };
      const message = describe(permission, access);
      return message === undefined ? undefined : { message };
    }),
};

/** Verbs that give more permissions than a role has. */
const ESCALATIONS: readonly Access[] = [
  { group: RBAC, resources: ['roles', 'clusterroles'], verbs: ['escalate', 'bind'] },
  { group: '', resources: ['users', 'groups', 'serviceaccounts'], verbs: ['impersonate'] },
];

export const rbacEscalation: ResourceRule = {
  id: 'rbac-escalation',
  level: 'warning',
  severity: 8,
  title: 'A role may give itself more permissions',
  help: `\`escalate\` and \`bind\` allow roles with more permissions than one has, and \`impersonate\` allows to act as someone else; the verb \`*\` includes them. Name the roles or accounts in \`resourceNames\`. Source: ${GOOD_PRACTICES}#escalate-verb`,
  check: (scope) =>
    ESCALATIONS.flatMap((access) =>
      checkPermissions(scope, (permission) => {
        const message = describe(permission, access);
        return message === undefined ? undefined : { message };
      }),
    ),
};
