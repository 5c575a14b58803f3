import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runStep, type StepResult } from '../step.ts';

const CHART = 'apiVersion: v2\nname: shop\nversion: 1.0.0\n';

let dir: string;
let workspace: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'bump-chart-version-links-')));
  workspace = join(dir, 'workspace');
  for (const [path, text] of Object.entries({
    'workspace/helm/shop/Chart.yaml': CHART,
    'workspace/helm/shop/values.yaml': 'a: b\n',
    'outside/Chart.yaml': CHART,
    'outside/values.yaml': 'a: secret\n',
  })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  execFileSync('git', ['init', '--quiet', workspace]);
  writeFileSync(join(workspace, '.git/Chart.yaml'), CHART);
});
afterEach(() => rmSync(dir, { recursive: true }));

const step = (inputs: Record<string, string>): Promise<StepResult> =>
  runStep({
    action: 'bump-chart-version',
    inputs: { mode: 'worktree', version: '1.4.2', charts: 'helm/shop', ...inputs },
    dir,
    env: { GITHUB_WORKSPACE: workspace, GITHUB_REPOSITORY: 'acme/shop', GITHUB_SHA: '0'.repeat(40) },
  });

describe('bump-chart-version in the checkout of a repository with links', () => {
  it.each<[string, string, Record<string, string>, string]>([
    ['linked', '../outside', { charts: 'linked' }, 'linked/Chart.yaml leads out of the workspace (a link)'],
    ['linked', '.git', { charts: 'linked' }, 'linked/Chart.yaml leads into .git (a link)'],
    ['linked', 'helm/shop', { charts: 'linked' }, 'linked/Chart.yaml would be written through a link (linked)'],
    ['x.yaml', '/proc/self/environ', { values: 'x.yaml:a=c' }, 'x.yaml leads out of the workspace (a link)'],
  ])('changes nothing when %s is a link to %s', async (name, target, inputs, problem) => {
    symlinkSync(target, join(workspace, name));
    const { exitCode, log } = await step(inputs);
    expect(exitCode).toBe(1);
    expect(log).toContain(problem);
    expect(log).not.toContain(dir);
    for (const path of ['workspace/helm/shop', 'outside', 'workspace/.git'])
      expect(readFileSync(join(dir, path, 'Chart.yaml'), 'utf8')).toBe(CHART);
  });

  it('does not wait for a pipe', async () => {
    rmSync(join(workspace, 'helm/shop/values.yaml'));
    execFileSync('mkfifo', [join(workspace, 'helm/shop/values.yaml')]);
    const { exitCode, log } = await step({ values: 'a=c' });
    expect(exitCode).toBe(1);
    expect(log).toContain('helm/shop/values.yaml is neither a file nor a directory');
  }, 60_000);
});
