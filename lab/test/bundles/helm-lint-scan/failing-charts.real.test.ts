import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errors, GOOD, inDeployment, lineOf, ofRule, step, useScene, workspace, write } from './scene.ts';

useScene();

describe('charts that must fail', () => {
  it.each(['helm/web/values.yaml', 'helm/web/ci/twice.yaml'])(
    'a duplicate key in %s is an error there',
    async (file) => {
      write({ ...GOOD, [file]: `${GOOD[file] ?? ''}replicas: 3\nreplicas: 4\n` });
      const result = await step({ 'kube-versions': '1.36' });
      expect(errors(result)).toEqual([
        expect.objectContaining({ file, message: expect.stringContaining('has a duplicate key') }),
      ]);
    },
  );

  it('a values file that is not a mapping is an error in that file, with its path in the repository', async () => {
    write({ ...GOOD, 'helm/web/ci/a b.yaml': '- x\n' });
    const result = await step({ 'kube-versions': '1.36' });
    expect(errors(result)).toEqual([
      expect.objectContaining({
        file: 'helm/web/ci/a b.yaml',
        line: 1,
        message: expect.stringContaining('failed to parse helm/web/ci/a b.yaml:'),
      }),
    ]);
  });

  it('an error in a template with a space in its name is shown there', async () => {
    write({ ...GOOD, 'helm/web/templates/my file.yaml': '\n{{ fail "no way" }}\n' });
    const result = await step({ 'kube-versions': '1.36' });
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/templates/my file.yaml', line: 2 })]);
  });

  it.each([
    ['a call on nothing', '{{ .Values.replicas }}', '{{ .Values.nope.deep }}', 'nil pointer'],
    ['an action without an end', '{{ .Values.replicas }}', '{{ if }}', 'missing value for if'],
    ['a required value', '{{ .Values.replicas }}', '{{ required "say how many" .Values.count }}', 'say how many'],
    ['two keys on a line', 'replicas: {{ .Values.replicas }}', 'replicas: 1: 2', 'mapping values are not allowed'],
  ])('%s is an error on its line of the template', async (_, from, to, message) => {
    write(inDeployment(from, to));
    const result = await step();
    expect(result.exitCode).toBe(1);
    const line = lineOf('helm/web/templates/deployment.yaml', to);
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/templates/deployment.yaml', line })]);
    expect(errors(result)[0]?.title).toContain('helm-render');
    expect(errors(result)[0]?.message).toContain(message);
    expect(result.outputs.errors).toBe('1');
  });

  it('an error in an included template is shown there', async () => {
    write({
      ...inDeployment('app: {{ .Release.Name }}', '{{- include "web.labels" . | nindent 6 }}'),
      'helm/web/templates/_helpers.tpl':
        '{{- define "web.labels" -}}\napp: {{ .Release.Name }}\ntier: {{ .Values.a.b.c }}\n{{- end }}\n',
    });
    expect(errors(await step())).toEqual([
      expect.objectContaining({ file: 'helm/web/templates/_helpers.tpl', line: 3 }),
    ]);
  });

  it('a misspelled key at any depth is an error on its line, with the nearest known key', async () => {
    write(inDeployment('containerPort: 8080', 'containrPort: 8080'));
    const result = await step();
    const misspelled = errors(result).find(({ message }) => message.includes('did you mean containerPort?'));
    expect(misspelled).toMatchObject({
      file: 'helm/web/templates/deployment.yaml',
      line: lineOf('helm/web/templates/deployment.yaml', 'containrPort'),
    });
    expect(misspelled?.message).toContain('spec.template.spec.containers[0].ports[0].containrPort is not a known key');
    expect(result.exitCode).toBe(1);
  });

  it('a misspelled key that comes from the values is shown in the values', async () => {
    write({ ...GOOD, 'helm/web/ci/ha.yaml': 'resources:\n  limits: {}\n  limmits:\n    memory: 1Gi\n' });
    expect(errors(await step())).toEqual([
      expect.objectContaining({
        file: 'helm/web/ci/ha.yaml',
        line: 3,
        message: expect.stringContaining('did you mean limits?'),
      }),
    ]);
  });

  it('a value of the wrong type is shown in the values file that sets it', async () => {
    write({ ...GOOD, 'helm/web/values.schema.json': '{}', 'helm/web/values-odd.yaml': '# odd\nreplicas: "many"\n' });
    const result = await step();
    expect(ofRule(result, 'schema')).toEqual([
      expect.objectContaining({
        file: 'helm/web/values-odd.yaml',
        line: 2,
        message: expect.stringContaining('spec.replicas must be integer'),
      }),
    ]);
    expect(ofRule(result, 'schema')[0]?.message).toContain('in 3 of 6 cases (values values-odd.yaml;');
  });

  it('values that values.schema.json rejects are shown in their file', async () => {
    write({ ...GOOD, 'helm/web/ci/typo.yaml': '# typo\nreplica: 3\n' });
    expect(errors(await step())).toEqual([
      expect.objectContaining({
        file: 'helm/web/ci/typo.yaml',
        line: 2,
        message: expect.stringContaining('unknown key'),
      }),
    ]);
  });

  it.each([
    ['apps/v2', 'api-unknown', 'use apps/v1'],
    ['apps/v1beta1', 'api-removed', 'was removed in Kubernetes 1.16; use apps/v1'],
  ])('an object in %s is an error', async (apiVersion, rule, advice) => {
    write(inDeployment('apiVersion: apps/v1', `apiVersion: ${apiVersion}`));
    const result = await step();
    expect(ofRule(result, rule)).toEqual([
      expect.objectContaining({ level: 'error', line: 1, message: expect.stringContaining(advice) }),
    ]);
    expect(result.exitCode).toBe(1);
  });

  it.each(['helm/web', '.'])('templates that fail do not hide others of the same chart (%s)', async (directory) => {
    const broken: Record<string, string> = {
      'values.schema.json': '{}',
      'templates/a.yaml': '\n{{ .Values.a.b.c }}\n',
      'templates/b.yaml': '\n\n{{ fail "no way" }}\n',
      'templates/c.yaml': 'kind: ConfigMap\ndata:\n  a: 1: 2\n',
      'templates/d.yaml': '{{ include "web.d" . }}\n',
      'templates/_d.tpl': '{{ define "web.d" }}\n{{ .Values.d.e.f }}\n{{ end }}\n',
      'charts/sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'charts/sub/templates/e.yaml': '{{ required "say e" .Values.e }}\n',
    };
    const files = [...Object.entries(GOOD), ...Object.entries(broken)].map(([name, text]) => [
      join(directory, name.replace('helm/web/', '')),
      text,
    ]);
    write(Object.fromEntries(files));
    const temp = join(workspace, 'temp');
    mkdirSync(temp);
    const result = await step({ charts: directory, 'kube-versions': '1.36' }, { RUNNER_TEMP: temp });
    expect(errors(result).map(({ file, line }) => `${file}:${line}`)).toEqual(
      [
        'charts/sub/templates/e.yaml:1',
        'templates/_d.tpl:2',
        'templates/a.yaml:2',
        'templates/b.yaml:3',
        'templates/c.yaml:3',
      ].map((path) => join(directory, path)),
    );
    expect(result.outputs).toMatchObject({ errors: '5', cases: '1' });
    expect(readdirSync(temp)).toEqual([]);
  });

  it('a case that fails does not hide others', async () => {
    write({
      ...inDeployment(
        '{{ .Values.replicas }}',
        '{{ if eq (int .Values.replicas) 7 }}{{ fail "no seven" }}{{ end }}{{ .Values.replicas }}',
      ),
      'helm/web/ci/seven.yaml': 'replicas: 7\n',
      'helm/web/ci/typo.yaml': 'resources: { limmits: {} }\n',
      'helm/other/Chart.yaml': 'apiVersion: v2\nname: other\nversion: nope\n',
    });
    const result = await step();
    expect(
      errors(result)
        .map(({ file }) => file)
        .sort(),
    ).toEqual([
      'helm/other/Chart.yaml',
      'helm/other/Chart.yaml',
      'helm/web/ci/typo.yaml',
      'helm/web/templates/deployment.yaml',
    ]);
    expect(result.outputs.cases).toBe('12');
    expect(result.summary).toContain(
      '| ❌ | <code>helm/web</code> | ci/seven.yaml | 1.37, 1.36, 1.35 | not rendered |',
    );
  });

  it('a Chart.yaml that is not YAML is one error, on its line', async () => {
    write({ ...GOOD, 'helm/web/Chart.yaml': `${GOOD['helm/web/Chart.yaml']}a: b: c\n` });
    const result = await step({ 'kube-versions': '1.36' });
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'helm/web/Chart.yaml', line: 7 })]);
    expect(result.outputs).toMatchObject({ errors: '1', cases: '1' });
  });

  it('a missing dependency is an error that says how to get it', async () => {
    const chart = `${GOOD['helm/web/Chart.yaml']}dependencies:\n  - name: common\n    version: 1.0.0\n    repository: https://charts.example.com\n`;
    write({ ...GOOD, 'helm/web/Chart.yaml': chart });
    const result = await step();
    expect(errors(result)[0]?.message).toContain('helm dependency build');
    expect(result.exitCode).toBe(1);
  });
});
