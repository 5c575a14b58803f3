import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errors, GOOD, inDeployment, lineOf, step, useScene, workspace, write } from './scene.ts';

useScene();

const root = join(import.meta.dirname, '..', '..', '..', '..');

describe('a chart without problems', () => {
  it('passes for the three newest Kubernetes versions that it supports, and reports how much was checked', async () => {
    write(GOOD);
    const result = await step();
    expect(result.log).toContain('0 errors, 0 warnings, 0 notes in 3 cases with 6 resources, 0 not validated');
    expect(result.exitCode).toBe(0);
    expect(result.outputs).toMatchObject({ errors: '0', warnings: '0', notes: '0', cases: '3', resources: '6' });
    expect(result.outputs).toMatchObject({ 'not-validated': '0' });
    expect(result.summary).toContain('| ✅ | <code>helm/web</code> | defaults | 1.37, 1.36, 1.35 | 6 |');
  });

  it('is rendered with each of its values files', async () => {
    write({ ...GOOD, 'helm/web/ci/ha.yaml': 'replicas: 5\n', 'helm/web/values-prod.yaml': 'replicas: 9\n' });
    const result = await step({ 'kube-versions': '1.34\n1.36.2', 'render-dir': 'out' });
    expect(result.outputs).toMatchObject({ cases: '6', rendered: join(workspace, 'out') });
    expect(readdirSync(join(workspace, 'out/helm/web')).sort()).toEqual(['ci-ha', 'defaults', 'values-prod']);
    expect(readFileSync(join(workspace, 'out/helm/web/ci-ha/1.36.2.yaml'), 'utf8')).toContain('replicas: 5');
  });

  it('is written to a file per values file, with names in any script', async () => {
    write({ ...GOOD, 'helm/web/values-日本.yaml': 'replicas: 5\n', 'helm/web/values-中国.yaml': 'replicas: 9\n' });
    await step({ 'kube-versions': '1.34', 'render-dir': '..out' });
    expect(readdirSync(join(workspace, '..out/helm/web')).sort()).toEqual(['defaults', 'values-中国', 'values-日本']);
  });

  it('is written to a file per values file, even if their names differ only in the extension', async () => {
    write({ ...GOOD, 'helm/web/values-a.yaml': 'replicas: 5\n', 'helm/web/values-a.yml': 'replicas: 9\n' });
    const result = await step({ 'kube-versions': '1.34', 'render-dir': 'out' });
    expect(result.outputs.cases).toBe('3');
    const directories = readdirSync(join(workspace, 'out/helm/web')).filter((name) => name.startsWith('values-a'));
    const texts = directories.map((directory) =>
      readFileSync(join(workspace, 'out/helm/web', directory, '1.34.yaml'), 'utf8'),
    );
    expect(texts.map((text) => /replicas: \d/.exec(text)?.[0]).sort()).toEqual(['replicas: 5', 'replicas: 9']);
  });

  it('is rendered with the declared combinations of values files', async () => {
    write({ ...GOOD, 'env/base.yaml': 'replicas: 5\n', 'helm/web/over.yaml': 'replicas: 6\n' });
    const result = await step({
      values: 'helm/*: env/base.yaml + over.yaml',
      'kube-versions': '1.36',
      'render-dir': 'out',
    });
    expect(result.outputs.cases).toBe('1');
    expect(readFileSync(join(workspace, 'out/helm/web/env-base.yaml-over/1.36.yaml'), 'utf8')).toContain('replicas: 6');
  });

  it('is rendered with values whose path has characters that Helm would interpret', async () => {
    write({ ...GOOD, 'helm/web/ci/a,/b "c", d.yaml': 'replicas: 5\n' });
    const values = 'helm/web: ci/a,/b "c", d.yaml';
    const result = await step({ values, 'kube-versions': '1.36', 'render-dir': 'out' });
    expect(result.outputs).toMatchObject({ errors: '0', cases: '1' });
    const [directory = ''] = readdirSync(join(workspace, 'out/helm/web'));
    expect(readFileSync(join(workspace, 'out/helm/web', directory, '1.36.yaml'), 'utf8')).toContain('replicas: 5');
  });

  it('accepts Windows line endings, a byte order mark, and text in any script', async () => {
    const windows = Object.entries(GOOD).map(([name, text]) => [name, text.replaceAll('\n', '\r\n')]);
    write({ ...Object.fromEntries(windows), 'helm/web/ci/ünï.yaml': '\uFEFFreplicas: 0 # 三\n' });
    const result = await step();
    expect(result.log).toContain('0 errors, 0 warnings, 0 notes in 6 cases');
  });
});

describe('a chart that is the root of the repository', () => {
  it('has its cases, its own files in the findings, and its files in the render directory', async () => {
    const files = Object.entries(inDeployment('automount', 'automont')).map(([name, text]) => [
      name.slice('helm/web/'.length),
      text,
    ]);
    write({ ...Object.fromEntries(files), 'ci/ha.yaml': 'replicas: 5\n' });
    const result = await step({ charts: '.', 'kube-versions': '1.36', 'render-dir': 'out' });
    expect(result.outputs.cases).toBe('2');
    const line = lineOf('templates/deployment.yaml', 'automont');
    expect(errors(result)).toEqual([expect.objectContaining({ file: 'templates/deployment.yaml', line })]);
    expect(readdirSync(join(workspace, 'out')).sort()).toEqual(['ci-ha', 'defaults']);
  });
});

it('a directory whose name looks like a glob has its cases and its lines', async () => {
  const files = Object.entries(inDeployment('automount', 'automont')).map(([name, text]) => [
    name.replace('web', 'w[e]b (x)!'),
    text,
  ]);
  write({ ...Object.fromEntries(files), 'helm/w[e]b (x)!/ci/ha.yaml': 'replicas: 5\n' });
  const result = await step({ 'kube-versions': '1.36' });
  expect(result.outputs.cases).toBe('2');
  const file = 'helm/w[e]b (x)!/templates/deployment.yaml';
  expect(errors(result)).toEqual([expect.objectContaining({ file, line: lineOf(file, 'automont') })]);
});

describe("this project's own files", () => {
  it('the chart of the shop has no error and no warning in any case', async () => {
    const result = await step({ 'fail-on': 'warning' }, { GITHUB_WORKSPACE: root });
    expect(result.log).toMatch(/0 errors, 0 warnings, \d+ notes in \d+ cases/);
    expect(result.exitCode).toBe(0);
  });
});
