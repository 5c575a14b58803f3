import { describe, expect, it } from '@jest/globals';
import { GOOD, inDeployment, ofRule, step, useScene, write } from './scene.ts';

useScene();

const run = (inputs: Record<string, string> = {}) => step({ 'kube-versions': '1.36', ...inputs });
const COUNTS = { errors: '0', warnings: '0', notes: '0' };

describe('a chart', () => {
  it('whose few replicas make the default of maxUnavailable zero has no finding', async () => {
    write(inDeployment('  strategy:\n    rollingUpdate:\n      maxUnavailable: 0\n', ''));
    expect((await run()).outputs).toMatchObject(COUNTS);
    write({ 'helm/web/values-large.yaml': 'replicas: 8\n' });
    expect(ofRule(await run(), 'rolling-update')[0]?.message).toContain(
      '2 of 8 pods may be removed before new ones are ready',
    );
  });

  it('whose version has a leading v has a warning, or the level of the input rules', async () => {
    write({ ...GOOD, 'helm/web/Chart.yaml': (GOOD['helm/web/Chart.yaml'] ?? '').replace('1.0.0', 'v1.0.0') });
    const result = await run();
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ ...COUNTS, warnings: '1' });
    expect((await run({ rules: 'chart-version=error' })).outputs).toMatchObject({ ...COUNTS, errors: '1' });
  });

  it('may have hooks of one name that Helm deletes before it creates the next', async () => {
    const hook = (event: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: hook
  annotations:
    helm.sh/hook: ${event}
    helm.sh/hook-delete-policy: before-hook-creation
`;
    write({ ...GOOD, 'helm/web/templates/hooks.yaml': `${hook('pre-install')}---\n${hook('post-install')}` });
    expect((await run()).outputs).toMatchObject(COUNTS);
  });

  it('may have a service for the pods of an operator, and one for those of kube-system', async () => {
    const service = (name: string, metadata: string, selector: string): string =>
      `apiVersion: v1\nkind: Service\nmetadata: { name: ${name}${metadata} }\nspec: { selector: { ${selector} }, ports: [{ port: 80 }] }\n---\n`;
    const custom = 'apiVersion: monitoring.coreos.com/v1\nkind: Prometheus\nmetadata: { name: shop }\n';
    const dns = service('dns', ', namespace: kube-system', 'k8s-app: kube-dns');
    write({
      ...GOOD,
      'helm/web/templates/more.yaml': `${dns}${service('prometheus', '', 'prometheus: shop')}${custom}`,
    });
    expect(ofRule(await run(), 'service-selects-nothing')).toEqual([]);
  });
});

describe('what helm lint says although Helm renders and installs it', () => {
  const lint = 'helm-lint-info';
  const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

  it.each([
    ['10149', { 'helm/web/templates/a.yaml': `---\n{{- /* trimmed */ -}}\n${CONFIG}` }],
    ['5758', { 'helm/web/templates/scripts/_run.sh': '{{- define "run" }}true{{ end }}' }],
    [
      '9258',
      { 'helm/web/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMapList\nitems: [{ metadata: { name: a } }]\n' },
    ],
  ])('is a note that names the bug %s', async (issue, files) => {
    write({ ...GOOD, ...files });
    const result = await run();
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ ...COUNTS, notes: '1' });
    expect(ofRule(result, lint)[0]?.message).toContain(`helm/helm/issues/${issue}`);
  });
});

describe('plain manifests', () => {
  it('may have an autoscaler whose workload is elsewhere', async () => {
    write({
      'k8s/hpa.yaml': `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  maxReplicas: 3
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
`,
    });
    const result = await run({ manifests: 'k8s/*.yaml' });
    expect(result.exitCode).toBe(0);
    expect(ofRule(result, 'hpa-target-missing').map(({ level }) => level)).toEqual(['warning']);
  });

  it('give no advice for Linux about pods that select nodes with Windows', async () => {
    const pod = (os: string): string => `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  nodeSelector: { kubernetes.io/os: ${os} }
  containers: [{ name: web, image: registry.example.com/web:1.0.0 }]
`;
    write({ 'windows.yaml': pod('windows'), 'linux.yaml': pod('linux') });
    const result = await run({ manifests: 'windows.yaml\nlinux.yaml' });
    const linuxOnly = ['privilege-escalation', 'read-only-root', 'capabilities', 'seccomp'];
    for (const rule of linuxOnly) expect(ofRule(result, rule).map(({ file }) => file)).toEqual(['linux.yaml']);
  });
});

describe('what Helm drops in silence', () => {
  const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: shops.example.com
spec:
  group: example.com
  scope: Namespaced
  names: { kind: Shop, plural: shops }
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          propertys: {}
`;

  it('is a hook with a misspelled event, and a definition in crds/ with a misspelled key', async () => {
    const hook =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: hook\n  annotations:\n    "helm.sh/hook": pre-installl\n';
    write({ ...GOOD, 'helm/web/templates/hook.yaml': hook, 'helm/web/crds/shop.yaml': CRD });
    const result = await run();
    expect(ofRule(result, 'hook-unknown')).toEqual([
      expect.objectContaining({ level: 'error', file: 'helm/web/templates/hook.yaml', line: 6 }),
    ]);
    expect(ofRule(result, 'hook-unknown')[0]?.message).toContain('did you mean pre-install?');
    expect(ofRule(result, 'schema')).toEqual([expect.objectContaining({ file: 'helm/web/crds/shop.yaml', line: 16 })]);
    expect(ofRule(result, 'schema')[0]?.message).toContain('did you mean properties?');
    // Helm does not render the hook.
    expect(result.outputs).toMatchObject({ ...COUNTS, errors: '2', resources: '2' });
  });

  it('is a document in crds/ that is not an object', async () => {
    write({ ...GOOD, 'helm/web/crds/a.yaml': 'kind: CustomResourceDefinition\nmetadata: { name: a }\n' });
    expect(ofRule(await run(), 'not-an-object')).toEqual([
      expect.objectContaining({ file: 'helm/web/crds/a.yaml', line: 1 }),
    ]);
  });

  it('is a value under a misspelled key of a dependency', async () => {
    const meta = `${GOOD['helm/web/Chart.yaml']}dependencies: [{ name: cache, version: 1.0.0 }]\n`;
    write({
      ...GOOD,
      'helm/web/Chart.yaml': meta,
      'helm/web/values.schema.json': '{}',
      'helm/web/charts/cache/Chart.yaml': 'apiVersion: v2\nname: cache\nversion: 1.0.0\n',
      'helm/web/charts/cache/values.yaml': 'memory: 1Gi\n',
      'helm/web/ci/small.yaml': 'cache:\n  memroy: 512Mi\n',
    });
    expect(ofRule(await run(), 'subchart-value-unknown')).toEqual([
      expect.objectContaining({ level: 'warning', file: 'helm/web/ci/small.yaml', line: 2 }),
    ]);
  });

  it('is the next version of a chart whose Job has the version in its pod template', async () => {
    const job = `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
spec:
  template:
    metadata:
      labels:
        helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
    spec:
      restartPolicy: Never
      containers: [{ name: migrate, image: registry.example.com/web:1.0.0 }]
`;
    write({ ...GOOD, 'helm/web/templates/job.yaml': job });
    expect(ofRule(await run(), 'immutable-version')).toEqual([
      expect.objectContaining({ level: 'error', file: 'helm/web/templates/job.yaml', line: 9 }),
    ]);
  });
});
