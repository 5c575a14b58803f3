import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errors, GOOD, inDeployment, lineOf, ofRule, step, useScene, workspace, write } from './scene.ts';

useScene();

describe('a document that no cluster accepts', () => {
  const TEXT =
    'apiVersion: v1\nmetadata: { name: a }\n---\nkind: ConfigMap\nmetadata: { name: b }\n---\nkind: Secret\nmetadata: { name: c }\n';

  it.each(['helm/web/templates/extra.yaml', 'k8s/extra.yaml'])(
    'fails the step, each on its line of %s',
    async (file) => {
      write({ ...GOOD, 'k8s/good.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: good }\n', [file]: TEXT });
      const result = await step({ manifests: 'k8s/*.yaml', 'kube-versions': '1.36' });
      expect(ofRule(result, 'not-an-object').map(({ level, line }) => [level, line])).toEqual([
        ['error', 1],
        ['error', 4],
        ['error', 7],
      ]);
      expect(ofRule(result, 'not-an-object').map(({ message }) => message.split('.\n')[0])).toEqual([
        `a document of ${file} has no kind`,
        `a document of ${file} has no apiVersion`,
        `a document of ${file} has no apiVersion`,
      ]);
      expect(result.exitCode).toBe(1);
    },
  );

  it('may be an item of a list, whose other items are checked', async () => {
    const list = `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBindingList
items:
  - metadata: { name: a }
    roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, nam: a }
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, metadata: { name: b } }
`;
    write({ 'k8s/list.yaml': list });
    const result = await step({ manifests: 'k8s/*.yaml', 'kube-versions': '1.36' });
    expect(errors(result).map(({ line, title }) => [line, title.split(':')[0]])).toEqual([
      [5, 'schema'],
      [5, 'schema'],
      [10, 'not-an-object'],
    ]);
  });
});

describe('findings of plain manifests', () => {
  const deployment = (more = ''): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
${more}spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: registry.example.com/web:1.0.0
`;
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n';
  const filesOf = (findings: { file: string }[]): string[] => findings.map(({ file }) => file);

  it('of staging and production side by side are both reported, and neither duplicates the other', async () => {
    write({ 'apps/prod/web.yaml': deployment(), 'apps/staging/web.yaml': deployment(), 'apps/svc.yaml': service });
    const result = await step({ manifests: 'apps/**/*.yaml', 'kube-versions': '1.35\n1.36' });
    expect(result.exitCode).toBe(0);
    expect(filesOf(ofRule(result, 'memory-limit'))).toEqual(['apps/prod/web.yaml', 'apps/staging/web.yaml']);
    expect(ofRule(result, 'memory-limit')[0]?.message).toContain('no memory limit, in all 2 cases.');
    expect([...ofRule(result, 'duplicate-resource'), ...ofRule(result, 'service-selects-nothing')]).toEqual([]);
    expect(result.outputs).toMatchObject({ cases: '4', resources: '8' });
    expect(result.summary).toContain('| <code>manifests</code> | apps/staging |');
  });

  it('of two lines are separate, and a duplicate in one directory is an error', async () => {
    write({ 'a.yaml': deployment(), 'b.yaml': deployment(), 'c/a.yaml': deployment(), 'c/b.yaml': deployment() });
    const result = await step({ manifests: 'a.yaml\nb.yaml\nc/*.yaml', 'kube-versions': '1.36' });
    expect(filesOf(ofRule(result, 'duplicate-resource'))).toEqual(['c/b.yaml']);
    expect(result.outputs.cases).toBe('3');
  });

  it('of several namespaces and of several documents without a name are all reported', async () => {
    const inNamespace = (name: string): string => deployment(`  namespace: ${name}\n`);
    write({
      'k8s/web.yaml': `${inNamespace('one')}---\n${inNamespace('two')}`,
      'k8s/secrets.yaml': Array.from({ length: 3 }, () => 'apiVersion: v1\nkind: Secret\nmetadata: {}\n').join('---\n'),
    });
    const result = await step({ manifests: 'k8s/*.yaml', 'kube-versions': '1.36' });
    expect(ofRule(result, 'memory-limit')).toHaveLength(2);
    expect(ofRule(result, 'schema').map(({ line }) => line)).toEqual([3, 7, 11]);
  });
});

describe('one line of a template', () => {
  it('that causes the same finding in 200 resources is one finding, which counts them', async () => {
    const text = inDeployment('          resources:\n            {{- toYaml .Values.resources | nindent 12 }}\n', '');
    const file = 'helm/web/templates/deployment.yaml';
    const template = (text[file] ?? '')
      .replaceAll('{{ .Release.Name }}', '{{ $.Release.Name }}-{{ $index }}')
      .replaceAll('.Values', '$.Values')
      .replace('{{ . }}/', '{{ $.Values.image.registry }}/');
    write({ ...text, [file]: `{{- range $index := until 200 }}\n---\n${template}{{- end }}\n` });
    const inputs = {
      'kube-versions': '1.36',
      'sarif-file': 'out.sarif',
      'report-file': 'out.json',
      'fail-on': 'never',
    };
    const result = await step(inputs);
    const [limit, ...others] = ofRule(result, 'memory-limit');
    expect(others).toEqual([]);
    expect(limit).toMatchObject({ file, line: lineOf(file, '- name: web') });
    expect(limit?.message).toContain('container web has no memory limit, in 200 resources.');
    const { findings } = JSON.parse(readFileSync(join(workspace, 'out.json'), 'utf8'));
    expect(findings.find(({ rule }: { rule: string }) => rule === 'memory-limit').resources).toHaveLength(200);
  });

  it('with two findings of one rule has two alerts on GitHub', async () => {
    write({ ...inDeployment('{{- toYaml .Values.resources | nindent 12 }}', '{}') });
    await step({ 'kube-versions': '1.36', 'sarif-file': 'out.sarif', 'fail-on': 'never' });
    const [run] = JSON.parse(readFileSync(join(workspace, 'out.sarif'), 'utf8')).runs;
    const hashes = run.results
      .filter(({ ruleId }: { ruleId: string }) => ruleId === 'resource-requests')
      .map((result: { partialFingerprints: object }) => result.partialFingerprints);
    expect(hashes).toEqual([
      { 'helmLintScan/v2': expect.any(String) },
      { 'helmLintScan/v2': expect.any(String), primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{32}:1$/) },
    ]);
  });
});

describe('charts: none', () => {
  const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

  it('checks the manifests alone, also without Helm', async () => {
    write({ ...GOOD, 'k8s/a.yaml': CONFIG });
    const inputs = { charts: 'none', manifests: 'k8s/*.yaml', 'kube-versions': '1.36' };
    const result = await step(inputs, { PATH: '' });
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ cases: '1', resources: '1', errors: '0', warnings: '0', notes: '0' });
  });
});

describe('the log', () => {
  it('counts one chart and one resource in the singular', async () => {
    const { 'helm/web/templates/service.yaml': _, ...files } = GOOD;
    write(files);
    const { log } = await step({ 'kube-versions': '1.36' });
    expect(log).toContain('1 stack of values in 1 chart\n');
    expect(log).toContain('Kubernetes 1.36: 1 resource, ');
  });

  it('names Node when it is too old', async () => {
    write(GOOD);
    const older = "Object.defineProperty(process.versions, 'node', { value: '20.19.5' })";
    const preload = `data:text/javascript,${encodeURIComponent(older)}`;
    const result = await step({}, { NODE_OPTIONS: `--import ${preload}` });
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain('Node 20.19.5 is too old');
    expect(result.log).toContain('this action needs Node 24');
  });
});
