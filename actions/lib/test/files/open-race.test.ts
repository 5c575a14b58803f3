import { execFileSync } from 'node:child_process';
import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readWorkspaceFile, writeWorkspaceFile } from '../../files/workspace.ts';
import { useTestWorkspace } from './test-workspace.ts';

const workspace = useTestWorkspace();

describe('a file that changes between check and open', () => {
  /** An opener that changes the workspace just before it opens the file, as another process could. */
  const openAfter = (change: () => Promise<void>) => async (path: string, flags: number) => {
    await change();
    return open(path, flags);
  };
  const CHANGED = { problem: 'changed while it was being opened' };

  it.each([
    [
      'the file becomes a link',
      async () => {
        await rm(join(workspace.base, 'work/chart/a.yaml'));
        await workspace.link('../../elsewhere/secret', 'work/chart/a.yaml');
      },
    ],
    [
      'a parent directory becomes a link',
      async () => {
        await rename(join(workspace.base, 'work/chart'), join(workspace.base, 'work/old'));
        await writeFile(join(workspace.base, 'elsewhere/a.yaml'), 'secret');
        await workspace.link('../elsewhere', 'work/chart');
      },
    ],
    [
      'the file becomes a pipe',
      async () => {
        await rm(join(workspace.base, 'work/chart/a.yaml'));
        execFileSync('mkfifo', [join(workspace.base, 'work/chart/a.yaml')]);
      },
    ],
    ['the file is deleted', () => rm(join(workspace.base, 'work/chart/a.yaml'))],
  ])(
    'is not read when %s',
    async (_, change) => {
      expect(await readWorkspaceFile(workspace.allowed, 'chart/a.yaml', openAfter(change))).toEqual(CHANGED);
    },
    60_000,
  );

  it('is detected even if the operating system does not report the path of an open file', async () => {
    /** The same file with a descriptor that /proc/self/fd does not have. */
    const withUnknownPath = (opener: typeof open) => async (path: string, flags: number) => {
      const handle = await opener(path, flags);
      const { stat, readFile, close } = handle;
      const methods = { stat: stat.bind(handle), readFile: readFile.bind(handle), close: close.bind(handle) };
      return { ...methods, fd: 999_999 } as Awaited<ReturnType<typeof open>>;
    };
    expect(await readWorkspaceFile(workspace.allowed, 'chart/a.yaml', withUnknownPath(open))).toHaveProperty('value');
    const change = openAfter(async () => {
      await rename(join(workspace.base, 'work/chart'), join(workspace.base, 'work/old'));
      await writeFile(join(workspace.base, 'elsewhere/a.yaml'), 'secret');
      await workspace.link('../elsewhere', 'work/chart');
    });
    expect(await readWorkspaceFile(workspace.allowed, 'chart/a.yaml', withUnknownPath(change as typeof open))).toEqual(
      CHANGED,
    );
  });

  it('is not written when the file or a parent directory becomes a link', async () => {
    const withFileLink = openAfter(() => workspace.link('../../elsewhere/secret', 'work/chart/new'));
    expect(await writeWorkspaceFile(workspace.allowed, { path: 'chart/new', text: 'x' }, withFileLink)).toEqual(
      CHANGED,
    );
    const withDirectoryLink = openAfter(async () => {
      await rename(join(workspace.base, 'work/chart'), join(workspace.base, 'work/old'));
      await workspace.link('../elsewhere', 'work/chart');
    });
    expect(await writeWorkspaceFile(workspace.allowed, { path: 'chart/secret', text: 'x' }, withDirectoryLink)).toEqual(
      CHANGED,
    );
    expect(await readFile(join(workspace.base, 'elsewhere/secret'), 'utf8')).toBe('elsewhere/secret');
  });
});
