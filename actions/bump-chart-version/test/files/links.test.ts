import { execFileSync } from 'node:child_process';
import { renameSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { editWorktree } from '../../src/files/worktree.ts';
import { CHART, settings } from '../helpers.ts';

let base: string;
let workspace: string;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'bump-links-')));
  workspace = join(base, 'work');
  for (const directory of ['work/helm/shop', 'work/.git', 'work/store/objects', 'work/store/refs', 'elsewhere'])
    await mkdir(join(base, directory), { recursive: true });
  for (const path of [
    'work/helm/shop/Chart.yaml',
    'elsewhere/Chart.yaml',
    'work/.git/Chart.yaml',
    'work/store/Chart.yaml',
  ])
    await writeFile(join(base, path), CHART);
  for (const path of ['work/helm/shop/values.yaml', 'elsewhere/values.yaml', 'work/store/HEAD'])
    await writeFile(join(base, path), 'a: b\n');
});
afterEach(() => rm(base, { recursive: true }));

const given = (inputs: Record<string, string>) => settings({ mode: 'worktree', version: '1.4.2', ...inputs });
const edit = async (inputs: Record<string, string>) => editWorktree(await given(inputs), workspace);
const text = (path: string): Promise<string> => readFile(join(base, path), 'utf8');

describe('mode worktree never writes through a link', () => {
  it.each<[string, string, string, Record<string, string>, string]>([
    [
      'a chart',
      'linked',
      '../elsewhere',
      { charts: 'linked' },
      'linked/Chart.yaml leads out of the workspace (a link)',
    ],
    ['a chart in .git', 'linked', '.git', { charts: 'linked' }, 'linked/Chart.yaml leads into .git (a link)'],
    [
      'a chart in the workspace',
      'linked',
      'helm/shop',
      { charts: 'linked' },
      'linked/Chart.yaml would be written through a link (linked); use the path that the link leads to',
    ],
    [
      'a values file',
      'helm/shop/other.yaml',
      '../../../elsewhere/values.yaml',
      { 'values-files': 'other.yaml', values: 'a=c' },
      'helm/shop/other.yaml leads out of the workspace (a link)',
    ],
    [
      'a values file in the chart',
      'helm/shop/other.yaml',
      'values.yaml',
      { 'values-files': 'other.yaml', values: 'a=c' },
      'helm/shop/other.yaml would be written through a link (helm/shop/other.yaml); use the path',
    ],
    [
      'the file of a value',
      'other.yaml',
      '/etc/hosts',
      { values: 'other.yaml:a=c' },
      'other.yaml leads out of the workspace (a link)',
    ],
    ['a link without a target', 'other.yaml', 'none', { values: 'other.yaml:a=c' }, 'other.yaml is a broken link'],
  ])('%s', async (_, name, target, inputs, problem) => {
    await symlink(target, join(workspace, name));
    const failure = await edit(inputs).catch((error: unknown) => error as Error);
    expect((failure as Error).message).toContain(problem);
    for (const path of [base, 'elsewhere']) expect((failure as Error).message).not.toContain(path);
    for (const path of ['elsewhere/Chart.yaml', 'work/.git/Chart.yaml', 'work/helm/shop/Chart.yaml'])
      expect(await text(path)).toBe(CHART);
  });

  it('or into a Git directory with another name', async () => {
    await expect(edit({ charts: 'store' })).rejects.toThrow('store/Chart.yaml is inside a Git directory');
    expect(await text('work/store/Chart.yaml')).toBe(CHART);
  });

  it('and does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(workspace, 'pipe.yaml')]);
    await expect(edit({ values: 'pipe.yaml:a=c' })).rejects.toThrow('pipe.yaml is neither a file nor a directory');
  });

  it.each([
    ['leads out of the workspace (a link)', '../../elsewhere'],
    ['would be written through a link (helm/shop)', 'old'],
  ])('even if the link was created after the files were read: it %s', async (problem, target) => {
    const request = await given({});
    const changing = Object.defineProperty({ ...request }, 'dryRun', {
      // Read after planning and before writing; not enumerable, because the plan copies the request.
      enumerable: false,
      get: () => {
        renameSync(join(workspace, 'helm/shop'), join(workspace, 'helm/old'));
        symlinkSync(target, join(workspace, 'helm/shop'));
        return false;
      },
    });
    await expect(editWorktree(changing, workspace)).rejects.toThrow(`helm/shop/Chart.yaml ${problem}`);
    for (const path of ['elsewhere/Chart.yaml', 'work/helm/old/Chart.yaml']) expect(await text(path)).toBe(CHART);
    expect((await readdir(join(base, 'elsewhere'))).sort()).toEqual(['Chart.yaml', 'values.yaml']);
  });

  it('but accepts a workspace that is itself a link', async () => {
    await rename(workspace, join(base, 'real'));
    await symlink('real', workspace);
    await edit({});
    expect(await text('real/helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
  });
});
