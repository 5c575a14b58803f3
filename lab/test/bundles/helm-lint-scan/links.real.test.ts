import { execFileSync } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StepResult } from '../step.ts';
import { dir, step, useScene, workspace, write } from './scene.ts';

const SECRET = 'kind: a-secret-of-the-runner\n';
const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';

useScene();
beforeEach(() => {
  write({
    'helm/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: "1"\nkubeVersion: ">=1.30.0-0"\n',
    'helm/web/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: {{ .Values.name }} }\n',
    'helm/web/values.yaml': 'name: a\n',
    'm/a.yaml': MANIFEST,
    '../secret.yaml': SECRET,
  });
  execFileSync('git', ['init', '--quiet', workspace]);
});

const link = (name: string, target: string): void => symlinkSync(target, join(workspace, name));

const scan = (inputs: Record<string, string> = {}): Promise<StepResult> =>
  step({ 'kube-versions': '1.36', 'fail-on': 'never', ...inputs });

describe('helm-lint-scan, in a repository with links', () => {
  it.each([
    ['report-file', 'scan.json', '.git/config', 'scan.json leads into .git (a link)'],
    ['sarif-file', 'scan.json', 'm/a.yaml', 'scan.json would be written through a link (scan.json)'],
    ['render-dir', 'rendered', '.git/hooks', 'rendered leads into .git (a link)'],
  ])('%s %s changes nothing when it is a link to %s', async (input, name, target, problem) => {
    const config = readFileSync(join(workspace, '.git/config'));
    link(name, target);
    const { exitCode, log } = await scan({ manifests: 'm/*.yaml', [input]: name });
    expect(exitCode).toBe(1);
    expect(log).toContain(problem);
    expect(readFileSync(join(workspace, '.git/config')).equals(config)).toBe(true);
    expect(readFileSync(join(workspace, 'm/a.yaml'), 'utf8')).toBe(MANIFEST);
    expect(execFileSync('git', ['status', '--short', 'm'], { cwd: workspace, encoding: 'utf8' })).toBe('?? m/\n');
  });

  it.each([
    [
      'helm/web/files',
      '../..',
      'm/out.yaml',
      '../../secret.yaml',
      'helm/web/files/m/out.yaml leads out of the workspace',
    ],
    ['helm/web/a', 'b', 'm/b', 'a.yaml', 'helm/web/a is a broken link'],
    ['helm/web/templates/b.yaml', '/proc/self/environ', 'm/b', 'a.yaml', 'leads out of the workspace (a link)'],
  ])('gives Helm no chart with the link %s to %s', async (name, target, other, otherTarget, problem) => {
    link(name, target);
    link(other, otherTarget);
    const { exitCode, log } = await scan();
    expect(exitCode).toBe(1);
    expect(log).toContain(problem);
    expect(log.match(/^::error/gm)).toHaveLength(1);
    for (const text of [dir, 'a-secret-of-the-runner']) expect(log).not.toContain(text);
  });

  it('is not blocked by a pipe in a chart', async () => {
    execFileSync('mkfifo', [join(workspace, 'helm/web/values.schema.json')]);
    const { exitCode, log } = await scan();
    expect(exitCode).toBe(1);
    expect(log).toContain('helm/web/values.schema.json is neither a file nor a directory');
  }, 60_000);

  it('shows nothing of .git to the templates of a chart that is the root of the repository', async () => {
    write({
      'Chart.yaml': 'apiVersion: v2\nname: root\nversion: 1.0.0\nappVersion: "1"\nkubeVersion: ">=1.30.0-0"\n',
      '.helmignore': 'helm/\nm/\n',
      'templates/a.yaml':
        'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  config: {{ .Files.Get ".git/config" | quote }}\n  own: {{ .Files.Get "own.txt" | quote }}\n',
      'own.txt': 'of the chart',
    });
    const result = await scan({ charts: '.', 'render-dir': 'rendered' });
    expect(result.exitCode === 0 ? '' : result.log).toBe('');
    const rendered = readFileSync(join(workspace, 'rendered/defaults/1.36.yaml'), 'utf8');
    expect(rendered).toContain('own: "of the chart"');
    expect(rendered).toContain('config: ""');
  });

  it('follows links that stay in the workspace', async () => {
    write({
      'shared/b.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: b }\n',
      'shared/ci/x.yaml': 'name: c\n',
    });
    link('helm/web/templates/b.yaml', '../../../shared/b.yaml');
    link('helm/web/ci', '../../shared/ci');
    link('charts', 'helm');
    const result = await scan({ charts: 'charts/web', 'report-file': 'scan.json' });
    expect(result.exitCode === 0 ? '' : result.log).toBe('');
    expect(result.outputs).toMatchObject({ cases: '2', resources: '4' });
    expect(JSON.parse(readFileSync(join(workspace, 'scan.json'), 'utf8'))).toHaveProperty('counts');
  });
});
