import { describe, expect, it } from '@jest/globals';
import { annotations, GOOD, inDeployment, lineOf, ofRule, step, useScene, write } from './scene.ts';

useScene();

const run = (inputs: Record<string, string> = {}) => step({ 'kube-versions': '1.36', ...inputs });

describe('a chart', () => {
  it('whose service account may do too much has one finding for each permission', async () => {
    const roles = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: web }
rules:
  - { apiGroups: ["*"], resources: ["*"], verbs: ["*"] }
  - { apiGroups: [""], resources: [secrets], verbs: [list] }
  - { apiGroups: [""], resources: [pods/exec], verbs: [create] }
  - { apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate] }
  - { apiGroups: [apps], resources: [deployments], verbs: ["*"] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: web }
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: cluster-admin
subjects: [{ kind: ServiceAccount, name: web, namespace: {{ .Release.Namespace }} }]
`;
    const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: web }\n';
    write({ ...GOOD, 'helm/web/templates/roles.yaml': roles, 'helm/web/templates/account.yaml': account });
    const result = await run();
    expect(result.exitCode).toBe(0);
    expect(annotations(result).map(({ level, line, title }) => [level, line, title.split(':')[0]])).toEqual([
      ['warning', 17, 'cluster-admin'],
      ['warning', 8, 'rbac-escalation'],
      ['warning', 5, 'rbac-wildcard'],
      ['warning', 7, 'rbac-exec'],
      ['warning', 6, 'rbac-secrets'],
    ]);
  });

  it('that mounts the socket of the container runtime and uses a port of the node has a warning for each', async () => {
    const volume = '      volumes:\n        - name: socket\n          hostPath: { path: /var/run/docker.sock }\n';
    const files = inDeployment('      containers:\n', `${volume}      containers:\n`);
    const file = 'helm/web/templates/deployment.yaml';
    write({
      ...files,
      [file]: (files[file] ?? '').replace('containerPort: 8080', 'containerPort: 8080\n              hostPort: 80'),
    });
    const result = await run();
    expect(annotations(result).map(({ level, title }) => [level, title.split(':')[0]])).toEqual([
      ['warning', 'container-socket'],
      ['warning', 'host-port'],
    ]);
  });

  it('with several pods has notes until a budget protects them and something spreads them', async () => {
    const values = (GOOD['helm/web/values.yaml'] ?? '').replace('replicas: 1', 'replicas: 3');
    write({ ...GOOD, 'helm/web/values.yaml': values });
    const without = await run();
    expect(ofRule(without, 'pdb-missing')).toEqual([
      expect.objectContaining({ level: 'notice', file: 'helm/web/values.yaml', line: 2 }),
    ]);
    expect(ofRule(without, 'pod-spread')).toHaveLength(1);
    const budget = (spec: string): string =>
      `apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: { name: web }\nspec:\n  selector: { matchLabels: { app: {{ .Release.Name }} } }\n${spec}`;
    const template = 'helm/web/templates/budget.yaml';
    write({ [template]: budget('') });
    const unlimited = await run();
    expect(unlimited.exitCode).toBe(1);
    expect(ofRule(unlimited, 'pdb-blocks-drain')[0]?.message).toContain('neither maxUnavailable nor minAvailable');
    expect(ofRule(unlimited, 'pdb-unhealthy-pods')).toHaveLength(1);
    write({
      ...inDeployment(
        '      containers:\n',
        '      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway }]\n      containers:\n',
      ),
      'helm/web/values.yaml': values,
      [template]: budget('  maxUnavailable: 1\n  unhealthyPodEvictionPolicy: AlwaysAllow\n'),
    });
    expect(annotations(await run())).toEqual([]);
  });

  it('with an object that has no name has one finding about it', async () => {
    write({ ...GOOD, 'helm/web/templates/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {}\n' });
    expect(annotations(await run())).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringContaining('metadata has no name') }),
    ]);
  });
});

describe('a value that no template reads', () => {
  it('is a note on its line, with the key that was probably meant', async () => {
    write({
      ...GOOD,
      'helm/web/values.schema.json': '{}',
      'helm/web/values.yaml': `${GOOD['helm/web/values.yaml']}old: 1\n`,
      'helm/web/values-prod.yaml': 'image:\n  repositry: shop/web\n',
    });
    const found = ofRule(await run(), 'value-unused');
    expect(found.map(({ level, file, line }) => [level, file, line])).toEqual([
      ['notice', 'helm/web/values-prod.yaml', 2],
      ['notice', 'helm/web/values.yaml', lineOf('helm/web/values.yaml', 'old: 1')],
    ]);
    expect(found[0]?.message).toContain('no template reads image.repositry; did you mean repository?');
  });

  it('is not looked for where the values are passed on as a whole', async () => {
    const files = inDeployment(
      'metadata:\n',
      'metadata:\n  annotations: { values: {{ toJson .Values | sha256sum }} }\n',
    );
    write({ ...files, 'helm/web/values.schema.json': '{}', 'helm/web/values-prod.yaml': 'old: 1\n' });
    expect(annotations(await run())).toEqual([]);
  });
});
