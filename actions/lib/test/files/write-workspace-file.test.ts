import { link as hardLink, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { resolvePath, writeWorkspaceFile } from '../../files/workspace.ts';
import { useTestWorkspace } from './test-workspace.ts';

const workspace = useTestWorkspace();

describe('writeWorkspaceFile', () => {
  it('writes the complete file and creates its parent directories', async () => {
    expect(await writeWorkspaceFile(workspace.allowed, { path: 'chart/a.yaml', text: 'b' })).toEqual({
      value: join(workspace.base, 'work/chart/a.yaml'),
    });
    await writeWorkspaceFile(workspace.allowed, { path: 'new/directory/c', text: 'd' });
    await writeWorkspaceFile(workspace.allowed, { path: join(workspace.base, 'temp/e'), text: 'f' });
    expect(
      await Promise.all(
        ['work/chart/a.yaml', 'work/new/directory/c', 'temp/e'].map((path) =>
          readFile(join(workspace.base, path), 'utf8'),
        ),
      ),
    ).toEqual(['b', 'd', 'f']);
  });

  it.each([
    ['report', 'would be written through a link (report); use the path that the link leads to'],
    ['directory/new', 'would be written through a link (directory); use the path that the link leads to'],
    ['new', 'is a broken link'],
    ['config', 'leads into .git (a link)'],
    ['chart/a.yaml/b', 'needs a directory where a file exists'],
  ])('never changes a file through a link: %j', async (path, problem) => {
    await workspace.link('chart/a.yaml', 'work/report');
    await workspace.link('chart', 'work/directory');
    await workspace.link('chart/none', 'work/new');
    await workspace.link('sub/.git/config', 'work/config');
    expect(await writeWorkspaceFile(workspace.allowed, { path, text: 'x' })).toEqual({ problem });
    expect(await readFile(join(workspace.base, 'work/chart/a.yaml'), 'utf8')).toBe('work/chart/a.yaml');
    expect(await readFile(join(workspace.base, 'work/sub/.git/config'), 'utf8')).toBe('work/sub/.git/config');
    expect(await resolvePath(workspace.allowed, 'chart/none')).toMatchObject({ value: { kind: 'missing' } });
  });
});

it('does not write a file that has another hard link', async () => {
  await hardLink(join(workspace.base, 'work/sub/.git/config'), join(workspace.base, 'work/report'));
  expect(await writeWorkspaceFile(workspace.allowed, { path: 'report', text: 'x' })).toEqual({
    problem: 'has another name (a hard link), which would change too',
  });
  expect(await readFile(join(workspace.base, 'work/sub/.git/config'), 'utf8')).toBe('work/sub/.git/config');
});
