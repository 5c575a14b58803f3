import { describe, expect, it } from '@jest/globals';
import { findingsOf } from '../helpers.ts';

const rbac = (kind: string, rest: string, annotations = ''): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\nmetadata: { name: web, annotations: { ${annotations} } }\n${rest}\n---\n`;
const role = (rule: string, kind = 'ClusterRole'): string => rbac(kind, `rules: [{ ${rule} }]`);
const binding = (kind: string, name: string, subjects: string): string =>
  rbac(
    kind,
    `roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ${name} }\nsubjects: [${subjects}]`,
  );

const ACCOUNT = '{ kind: ServiceAccount, name: web, namespace: shop }';
const RULES = ['cluster-admin', 'rbac-wildcard', 'rbac-secrets', 'rbac-exec', 'rbac-escalation'];
const all = (text: string): string[] => RULES.flatMap((id) => findingsOf(id, text).map((found) => `${id} ${found}`));

describe('the permissions of a role', () => {
  const CORE = "apiGroups: ['']";
  const EVERY = "['*']";
  it.each<[string, string]>([
    [
      `apiGroups: ${EVERY}, resources: ${EVERY}, verbs: ${EVERY}`,
      'rbac-wildcard warning rules[0]: allows every verb on every resource of every API group',
    ],
    [
      `apiGroups: ['', storage.k8s.io, example.com], resources: ${EVERY}, verbs: [get, create, delete]`,
      'rbac-wildcard warning rules[0]: allows create, delete on every resource of the core API, storage.k8s.io',
    ],
    [
      `${CORE}, resources: [secrets], verbs: [list, watch]`,
      'rbac-secrets warning rules[0]: allows list, watch on secrets of all namespaces',
    ],
    [
      `${CORE}, resources: [secrets], verbs: ${EVERY}`,
      'rbac-secrets warning rules[0]: allows every verb (get, list, watch) on secrets of all namespaces',
    ],
    [
      `apiGroups: ${EVERY}, resources: ${EVERY}, verbs: [get]`,
      'rbac-secrets warning rules[0]: allows get on secrets of all namespaces',
    ],
    [
      `${CORE}, resources: [pods/exec, pods/attach], verbs: [create, get]`,
      'rbac-exec warning rules[0]: allows create on pods/exec, pods/attach',
    ],
    [`${CORE}, resources: ['*/exec'], verbs: [create]`, 'rbac-exec warning rules[0]: allows create on pods/exec'],
    [
      'apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind, escalate, get]',
      'rbac-escalation warning rules[0]: allows escalate, bind on roles',
    ],
    [
      `apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: ${EVERY}`,
      'rbac-escalation warning rules[0]: allows every verb (escalate, bind) on clusterroles',
    ],
    [
      `${CORE}, resources: [users, serviceaccounts], verbs: [impersonate]`,
      'rbac-escalation warning rules[0]: allows impersonate on users, serviceaccounts',
    ],
  ])('{ %s } are too many', (rule, expected) => {
    expect(all(role(rule))).toEqual([expected]);
  });

  it.each([
    [`apiGroups: [custom.metrics.k8s.io], resources: ${EVERY}, verbs: ${EVERY}`],
    [`apiGroups: [example.com], resources: ${EVERY}, verbs: ${EVERY}`],
    [`apiGroups: [apps], resources: [deployments], verbs: ${EVERY}`],
    [`apiGroups: [apps], resources: ${EVERY}, verbs: [get, list, watch]`],
    [`${CORE}, resources: [secrets], resourceNames: [web], verbs: [get]`],
    [`${CORE}, resources: [secrets], verbs: [create, update, patch]`],
    [`${CORE}, resources: [pods/log, pods], verbs: [create, get]`],
    [`apiGroups: [apps], resources: [secrets, pods/exec], verbs: ${EVERY}`],
    [`apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [create, update]`],
    [`apiGroups: [rbac.authorization.k8s.io], resources: [roles], resourceNames: [web], verbs: [bind]`],
    [`nonResourceURLs: ${EVERY}, verbs: ${EVERY}`],
  ])('{ %s } are accepted', (rule) => {
    expect(all(role(rule))).toEqual([]);
  });

  it('to read Secrets are a note in a namespace', () => {
    const secrets = `${CORE}, resources: [secrets], verbs: [get]`;
    const note = ['note rules[0]: allows get on secrets of a namespace'];
    const warning = ['warning rules[0]: allows get on secrets of all namespaces'];
    expect(findingsOf('rbac-secrets', role(secrets, 'Role'))).toEqual(note);
    const bound = role(secrets) + binding('RoleBinding', 'web', ACCOUNT);
    expect(findingsOf('rbac-secrets', bound)).toEqual(note);
    expect(findingsOf('rbac-secrets', bound + binding('ClusterRoleBinding', 'web', ACCOUNT))).toEqual(warning);
    expect(findingsOf('rbac-secrets', role(secrets) + binding('RoleBinding', 'other', ACCOUNT))).toEqual(warning);
  });

  it('are not checked for helm test, nor in kinds of other groups', () => {
    const rule = `apiGroups: ${EVERY}, resources: ${EVERY}, verbs: ${EVERY}`;
    expect(all(rbac('ClusterRole', `rules: [{ ${rule} }]`, 'helm.sh/hook: test'))).toEqual([]);
    expect(all(role(rule).replace('rbac.authorization.k8s.io', 'example.com'))).toEqual([]);
  });
});

describe('the role cluster-admin', () => {
  it.each([
    ['ClusterRoleBinding', ACCOUNT, 'gives shop/web the role cluster-admin'],
    ['RoleBinding', ACCOUNT, 'gives shop/web the role cluster-admin in its namespace'],
    ['RoleBinding', '{ kind: ServiceAccount, name: web }', 'gives shop/web the role cluster-admin in its namespace'],
    [
      'ClusterRoleBinding',
      '{ kind: Group, name: "system:serviceaccounts:shop" }, { kind: Group, name: "system:authenticated" }',
      'gives system:serviceaccounts:shop, system:authenticated the role cluster-admin',
    ],
  ])('is too much: %s for %s', (kind, subjects, message) => {
    expect(all(binding(kind, 'cluster-admin', subjects))).toEqual([`cluster-admin warning roleRef.name: ${message}`]);
  });

  it.each([
    ['people', binding('ClusterRoleBinding', 'cluster-admin', '{ kind: Group, name: admins }')],
    ['system:masters', binding('ClusterRoleBinding', 'cluster-admin', '{ kind: Group, name: "system:masters" }')],
    ['another role', binding('ClusterRoleBinding', 'view', ACCOUNT)],
  ])('is not a problem for %s', (_, text) => {
    expect(all(text)).toEqual([]);
  });
});

it('rules about roles accept roles of any shape', () => {
  for (const rules of ['', 'rules: ~', 'rules: 1', 'rules: [~, 1, [], { verbs: 1, resources: ~ }]', 'roleRef: []'])
    expect(all(rbac('ClusterRole', rules) + rbac('RoleBinding', rules))).toEqual([]);
});
