import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runBundle } from '../../../scripts/test-support/bundle.ts';
import { CHART } from './helpers.ts';

let workspace = '';
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'bump-bundle-'));
  await mkdir(join(workspace, 'helm/shop'), { recursive: true });
  await writeFile(join(workspace, 'helm/shop/Chart.yaml'), CHART);
  await writeFile(join(workspace, 'helm/shop/values.yaml'), 'a: b\r\n');
});
afterEach(() => rm(workspace, { recursive: true }));

/** Runs the bundle with these inputs, and only the workspace of a runner's environment. */
async function run(
  inputs: Record<string, string>,
  env: Record<string, string> = {},
): Promise<{ exitCode: number | null; log: string }> {
  const { exitCode, log } = await runBundle({
    action: 'bump-chart-version',
    inputs,
    env: { PATH: process.env.PATH ?? '', GITHUB_WORKSPACE: workspace, ...env },
    cwd: workspace,
  });
  return { exitCode, log: log.replaceAll('%3A', ':') };
}

describe('the bundle as a process', () => {
  it.each<[string, Record<string, string>, Record<string, string>, string[]]>([
    ['no input', {}, {}, ['3 invalid inputs', 'charts is required', 'token is required', 'repository is required']],
    [
      'every input invalid at once',
      {
        charts: '../x',
        version: 'x',
        images: 'x',
        values: 'x',
        mode: 'x',
        branch: 'x y',
        repository: 'x',
        'commit-message': '{x}',
        'auto-merge': 'x',
        'allow-downgrade': 'x',
        create: 'x',
        retries: 'x',
        'dry-run': 'x',
        summary: 'x',
      },
      {},
      [
        'charts (line 1)',
        'version is',
        'images is',
        'values (line 1)',
        'mode is',
        'branch is',
        'repository is',
        'commit-message has',
        'auto-merge is',
      ].concat(['allow-downgrade is', 'create is', 'retries is', 'dry-run is', 'summary is', 'token is']),
    ],
    [
      'an unknown boolean',
      { charts: 'x', token: 't', repository: 'o/r', create: 'yes' },
      {},
      ['create is not a boolean', 'given: "yes"'],
    ],
    [
      'a tag with a command in it',
      { charts: 'helm/shop', mode: 'worktree' },
      { GITHUB_REF: 'refs/tags/v1.0.0$(touch pwned)' },
      ['invalid input version', 'is not a semantic version', 'v1.0.0$(touch pwned)'],
    ],
    [
      'a chart outside the workspace',
      { charts: '../shop', mode: 'worktree' },
      {},
      ['charts (line 1) leaves the repository'],
    ],
    ['an absolute chart', { charts: '/etc', mode: 'worktree' }, {}, ['charts (line 1) is an absolute path']],
    ['a chart in .git', { charts: '.git/x', mode: 'worktree' }, {}, ['charts (line 1) points into .git']],
    [
      'a missing chart',
      { charts: 'helm/shap', mode: 'worktree' },
      {},
      ['helm/shap/Chart.yaml is missing', 'helm/ contains: shop/'],
    ],
    [
      'no variables of the runner',
      { charts: 'x', token: 't', repository: 'o/r' },
      {},
      ['invalid environment variable GITHUB_REPOSITORY'],
    ],
  ])('reports %s with advice', async (_, inputs, env, words) => {
    const { exitCode, log } = await run(inputs, env);
    expect(exitCode).toBe(1);
    for (const word of words) expect(log).toContain(word);
    expect(log).toMatch(/^::error title=bump-chart-version/m);
    expect(log).not.toMatch(/^\s+at /m);
    expect(await readdir(workspace)).toEqual(['helm']);
    expect(await readFile(join(workspace, 'helm/shop/Chart.yaml'), 'utf8')).toBe(CHART);
  });

  it('changes the checkout, and nothing in a second run', async () => {
    const [outputs, summary] = [join(workspace, 'outputs'), join(workspace, 'summary')];
    for (const path of [outputs, summary]) await writeFile(path, '');
    const env = { GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary, GITHUB_REF: 'refs/tags/v1.4.2' };
    const inputs = { charts: 'helm/shop', mode: 'worktree', values: 'a=c' };
    expect(await run(inputs, env)).toMatchObject({ exitCode: 0, log: expect.stringContaining('shop 1.0.0 → 1.4.2') });
    expect(await readFile(join(workspace, 'helm/shop/values.yaml'), 'utf8')).toBe('a: c\r\n');
    expect(await readFile(outputs, 'utf8')).toMatch(/^changed<<(\S+)\ntrue\n\1$/m);
    expect(await readFile(outputs, 'utf8')).toMatch(/^diff<<(\S+)\n--- a\/helm\/shop\/values.yaml\n[\s\S]*\n\1$/m);
    expect(await readFile(summary, 'utf8')).toContain('<code>helm/shop/Chart.yaml:3</code>');
    expect(await run(inputs, env)).toMatchObject({ exitCode: 0, log: expect.stringContaining('nothing to change') });
    await expect(access(join(workspace, 'pwned'))).rejects.toThrow('ENOENT');
  });
});
