import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const values = parse(readFileSync(join(import.meta.dirname, '..', 'install', 'values.yaml'), 'utf8'));
const { cm, rbac, params } = values.configs;

/** The lines of the policy, without comments. */
const policy: string[][] = rbac['policy.csv']
  .split('\n')
  .filter((line: string) => line !== '' && !line.startsWith('#'))
  .map((line: string) => line.split(',').map((field) => field.trim()));

/** The permissions of a role, including inherited ones. */
function permissionsOf(role: string): string[] {
  const direct = policy
    .filter(([kind, subject]) => kind === 'p' && subject === role)
    .map((fields) => fields.slice(2).join(' '));
  const inherited = policy
    .filter(([kind, subject]) => kind === 'g' && subject === role)
    .flatMap((fields) => permissionsOf(fields[2] as string));
  return [...direct, ...inherited];
}

describe('the install values', () => {
  it('disable every feature that is not needed', () => {
    expect(cm).toMatchObject({ 'admin.enabled': false, 'exec.enabled': false, 'users.anonymous.enabled': false });
    expect(values.dex.enabled || values.notifications.enabled).toBe(false);
    expect(values.applicationSet.replicas).toBe(0);
    expect(rbac['policy.default']).toBe('');
  });

  it('close every port that no policy opens', () => {
    expect(values.global.networkPolicy).toEqual({ create: true, defaultDenyIngress: true });
  });

  // terraform/modules/monitoring/alerts.tf
  it('keep everything in the controller’s log that the alerts look for', () => {
    expect(Object.keys(params).filter((name) => /log|event/.test(name))).toEqual([]);
    expect(values.global.logging).toBeUndefined();
    expect(values.controller.extraArgs ?? []).toEqual([]);
  });

  it('poll Git every few seconds', () => {
    expect(cm['timeout.reconciliation']).toMatch(/^[1-5]\d?s$/);
  });

  it('set the resources of every component', () => {
    for (const part of ['controller', 'server', 'repoServer', 'redis']) {
      const { requests, limits } = values[part].resources;
      expect([requests.cpu, requests.memory, limits.memory].every(Boolean)).toBe(true);
    }
  });

  it('give the server no cluster-wide permission', () => {
    expect(values.server.clusterRoleRules).toEqual({ enabled: true, rules: [] });
  });

  it('let the controller read no secret and change nothing cluster-wide', () => {
    const { enabled, rules } = values.controller.clusterRoleRules;
    expect(enabled).toBe(true);
    expect(rules.length).toBeGreaterThan(0);
    for (const { resources, verbs } of rules) {
      expect(resources).not.toContain('secrets');
      expect([...resources, ...verbs]).not.toContain('*');
      expect(verbs.filter((verb: string) => !['get', 'list', 'watch'].includes(verb))).toEqual([]);
    }
  });

  it('watch only kinds that the controller can read', () => {
    const [{ apiGroups, kinds }] = parse(cm['resource.inclusions']);
    const rules: { apiGroups: string[]; resources: string[] }[] = values.controller.clusterRoleRules.rules;
    const readable = rules.flatMap(({ resources }) => resources);
    const plural = (kind: string) =>
      kind
        .toLowerCase()
        .replace(/(s|y)$/, (end) => (end === 's' ? 'se' : 'ie'))
        .concat('s');
    expect(kinds.map(plural).sort()).toEqual(readable.sort());
    expect([...apiGroups].sort()).toEqual(rules.flatMap((rule) => rule.apiGroups).sort());
  });

  it('are strings where Argo CD reads strings', () => {
    for (const value of Object.values(params)) expect(typeof value).toBe('string');
  });
});

describe('the roles', () => {
  it('a viewer changes nothing', () => {
    for (const grant of permissionsOf('role:viewer')) expect(grant).toMatch(/^\w+ get /);
  });

  it('a deployer syncs and restarts the shop, and deletes and overrides nothing', () => {
    const changing = permissionsOf('role:deployer').filter((grant) => !/^\w+ get /.test(grant));
    expect(changing).toEqual([
      'applications sync shop/* allow',
      'applications action/apps/Deployment/restart shop/* allow',
    ]);
  });

  it('not even an administrator gets a shell in a pod', () => {
    expect(permissionsOf('role:administrator')).toContain('exec create */* deny');
    expect(
      policy.filter(([kind, , resource, , , effect]) => kind === 'p' && resource === 'exec' && effect === 'allow'),
    ).toEqual([]);
  });
});
