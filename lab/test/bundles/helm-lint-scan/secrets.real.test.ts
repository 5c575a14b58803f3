import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GOOD, step, useScene, VALUES, workspace, write } from './scene.ts';

useScene();

describe('secrets', () => {
  const seen = async (inputs: Record<string, string>): Promise<string> => {
    const result = await step({ ...inputs, 'sarif-file': 'out.sarif', 'report-file': 'out.json' });
    expect(Number(result.outputs.errors)).toBeGreaterThan(0);
    const reports = ['out.sarif', 'out.json'].map((file) => readFileSync(join(workspace, file), 'utf8'));
    return [result.log, result.summary, JSON.stringify(result.outputs), ...reports].join('\n');
  };
  const head = (name: string) => `apiVersion: v1\nkind: Secret\nmetadata: { name: ${name} }\n`;

  it('that violate their schema, or are not YAML, are never shown', async () => {
    write({
      'a.yaml': `${head('a')}stringData: { password: 48151623 }\ndata: { token: "hunter2-is-my-password!" }\n`,
      'b.yaml': `${head('b')}stringData:\n  password: "hunter2-is-my-password!\n`,
      'c.yaml': `${head('c')}stringData:\n  password: *hunter2-is-my-password\n`,
      'd.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: { name: d }\nspec: { containers: [{ name: d, env: [{ name: PASSWORD, value: 48151623 }] }] }\n',
    });
    const text = await seen({ manifests: '*.yaml', 'kube-versions': '1.36' });
    expect(text).toContain('stringData.password must be string, but is a number');
    expect(text).not.toMatch(/hunter2|48151623/);
  });

  it.each([
    ['a value that violates the schema of its kind', 'password: {{ .Values.replicas }}'],
    ['a string that is not closed', 'password: "{{ .Values.image.tag }}'],
    ['a value that YAML parses as an alias', 'password: *{{ .Values.image.tag }}'],
    ['a value that is not a list', '{{ range .Values.image.tag }}{{ . }}{{ end }}'],
  ])('in a template: %s', async (_, line) => {
    write({
      ...GOOD,
      'helm/web/values.yaml': VALUES.replace('replicas: 1', 'replicas: 48151623').replace('1.0.0', 'hunter2'),
      'helm/web/templates/secret.yaml': `${head('a')}stringData:\n  ${line}\n`,
      'helm/web/templates/deployment.yaml': '',
    });
    const text = await seen({ 'kube-versions': '1.36' });
    expect(text).not.toMatch(/hunter2|48151623/);
    expect(text).toMatch(/^error +helm\/web\/(?:templates\/secret.yaml:5|values.yaml:2) /m);
  });

  it('that values.schema.json rejects are not shown', async () => {
    const schema = { properties: { password: { type: 'string', pattern: '^x' } } };
    write({
      ...GOOD,
      'helm/web/values.schema.json': JSON.stringify(schema),
      'helm/web/ci/a.yaml': 'password: hunter2\n',
    });
    const text = await seen({ 'kube-versions': '1.36' });
    expect(text).toContain('values.schema.json rejects password');
    expect(text).not.toContain('hunter2');
  });
});
