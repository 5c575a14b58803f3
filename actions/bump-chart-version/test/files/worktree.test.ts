import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { editWorktree } from '../../src/files/worktree.ts';
import { CHART, settings } from '../helpers.ts';

let workspace = '';
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'bump-'));
  await mkdir(join(workspace, 'helm/shop'), { recursive: true });
  await writeFile(join(workspace, 'helm/shop/Chart.yaml'), CHART);
  await writeFile(join(workspace, 'helm/shop/values.yaml'), '\ufeffa: b\r\n');
});
afterEach(() => rm(workspace, { recursive: true }));

const edit = async (inputs: Record<string, string>) =>
  editWorktree(await settings({ mode: 'worktree', ...inputs }), workspace);
const content = (path: string): Promise<string> => readFile(join(workspace, path), 'utf8');

describe('mode worktree', () => {
  it('changes the files, keeps their modes and leaves no other files', async () => {
    await chmod(join(workspace, 'helm/shop/values.yaml'), 0o755);
    await edit({ version: '1.4.2', values: 'a=c' });
    expect(await content('helm/shop/values.yaml')).toBe('\ufeffa: c\r\n');
    expect(await content('helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
    expect((await stat(join(workspace, 'helm/shop/values.yaml'))).mode & 0o777).toBe(0o755);
    expect((await readdir(join(workspace, 'helm/shop'))).sort()).toEqual(['Chart.yaml', 'values.yaml']);
  });

  it('writes nothing when a change is impossible, or in a dry run', async () => {
    await expect(edit({ version: '1.4.2', values: 'a=c\nx=y' })).rejects.toThrow('no key "x"');
    await edit({ version: '1.4.2', values: 'a=c', 'dry-run': 'true' });
    expect(await content('helm/shop/values.yaml')).toBe('\ufeffa: b\r\n');
    expect(await content('helm/shop/Chart.yaml')).toBe(CHART);
  });

  it('reports what exists instead of a missing chart', async () => {
    await expect(edit({ charts: 'helm/shap', version: '1.4.2' })).rejects.toThrow(
      'helm/shap/Chart.yaml is missing; directory helm/shap does not exist; helm/ contains: shop/',
    );
    await rm(join(workspace, 'helm/shop/Chart.yaml'));
    await expect(edit({ version: '1.4.2' })).rejects.toThrow('helm/shop/ contains: values.yaml');
  });

  it('expands globs, and does not follow links', async () => {
    for (const path of ['helm/api', 'node_modules/x', 'other/z']) {
      await mkdir(join(workspace, path), { recursive: true });
      await writeFile(join(workspace, path, 'Chart.yaml'), CHART);
    }
    await symlink(join(workspace, 'other'), join(workspace, 'helm/linked'));
    const { charts } = await edit({ charts: 'helm/**', version: '1.4.2' });
    expect(charts.map(({ path }) => path)).toEqual(['helm/api', 'helm/shop']);
    expect((await edit({ charts: '**', version: '1.5.0' })).charts.map(({ path }) => path)).toEqual([
      'helm/api',
      'helm/shop',
      'other/z',
    ]);
    await writeFile(join(workspace, 'helm/shop/values-a.yaml'), 'a: b\n');
    await edit({ charts: 'helm/s*', 'values-files': 'values-*.yaml', version: 'none', values: 'a=d' });
    expect(await content('helm/shop/values-a.yaml')).toBe('a: d\n');
    await expect(edit({ charts: 'charts/*', version: '1.6.0' })).rejects.toThrow('charts/* matches no directory');
  });

  it('does not follow links', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'bump-outside-'));
    await writeFile(join(outside, 'Chart.yaml'), CHART);
    await symlink(outside, join(workspace, 'linked'));
    await expect(edit({ charts: 'linked', version: '1.4.2' })).rejects.toThrow(
      'linked/Chart.yaml leads out of the workspace (a link)',
    );
    await rm(join(outside, 'Chart.yaml'));
    await writeFile(join(outside, 'private'), '');
    await expect(edit({ charts: 'linked', version: '1.4.2' })).rejects.toThrow(/^(?!.*private)/s);
    await rm(join(workspace, 'helm/shop/values.yaml'));
    await symlink('Chart.yaml', join(workspace, 'helm/shop/values.yaml'));
    await expect(edit({ version: '1.4.2', values: 'a=c' })).rejects.toThrow(
      'helm/shop/values.yaml would be written through a link (helm/shop/values.yaml)',
    );
    expect(await readdir(outside)).toEqual(['private']);
    await rm(outside, { recursive: true });
  });
});
