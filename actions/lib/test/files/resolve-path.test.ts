import { execFileSync } from 'node:child_process';
import { realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  openWorkspaceFile,
  readWorkspaceFile,
  relativeInside,
  resolveOutputPath,
  resolvePath,
  writeWorkspaceFile,
} from '../../files/workspace.ts';
import { useTestWorkspace } from './test-workspace.ts';

const workspace = useTestWorkspace();

describe('resolvePath', () => {
  it.each([
    ['chart/a.yaml', 'file', 'chart/a.yaml'],
    ['chart', 'directory', 'chart'],
    ['.', 'directory', '.'],
    ['chart/new/deeper', 'missing', 'chart/new/deeper'],
    ['..chart/missing', 'missing', '..chart/missing'],
    ['chart/../chart/a.yaml', 'file', 'chart/a.yaml'],
    ['to-file', 'file', 'chart/a.yaml'],
    ['to-directory/a.yaml', 'file', 'chart/a.yaml'],
    ['to-directory/missing', 'missing', 'chart/missing'],
    ['to-link', 'file', 'chart/a.yaml'],
    ['C:\\chart', 'missing', 'C:\\chart'],
  ])('resolves %j', async (path, kind, target) => {
    await workspace.link('chart/a.yaml', 'work/to-file');
    await workspace.link('chart', 'work/to-directory');
    await workspace.link('to-file', 'work/to-link');
    expect(await resolvePath(workspace.allowed, path)).toMatchObject({
      value: { kind, path: join(workspace.base, 'work', target) },
    });
  });

  it.each([
    ['..', 'is outside the workspace'],
    ['../elsewhere/secret', 'is outside the workspace'],
    ['../work-2/missing', 'is outside the workspace'],
    ['../temp/notes', 'is outside the workspace'],
    ['/etc/passwd', "is outside the workspace and the runner's temporary directory"],
    ['out', 'leads out of the workspace (a link)'],
    ['out/secret', 'leads out of the workspace (a link)'],
    ['out/missing/deeper', 'leads out of the workspace (a link)'],
    ['far', 'leads out of the workspace (a link)'],
    ['broken-out', 'leads out of the workspace (a link)'],
    ['broken-out/x', 'leads out of the workspace (a link)'],
    ['to-temp', 'leads out of the workspace (a link)'],
    ['broken', 'is a broken link'],
    ['broken-up', 'is a broken link'],
    ['broken-up/a.yaml', 'does not exist'],
    ['circle', 'is a link that leads to itself'],
    ['circle/x', 'is a link that leads to itself'],
    ['hidden-circle', 'is a link that leads to itself'],
    ['hidden-circle/x', 'is a link that leads to itself'],
    ['.git/config', 'is inside .git'],
    ['sub/.git/config', 'is inside .git'],
    ['sub/.GIT', 'is inside .git'],
    ['to-git', 'leads into .git (a link)'],
    ['to-sub/.git', 'is inside .git'],
    ['store', 'is inside a Git directory'],
    ['store/config', 'is inside a Git directory'],
    ['to-store', 'is inside a Git directory'],
    ['zero', 'leads out of the workspace (a link)'],
    ['pipe', 'is neither a file nor a directory'],
    ['to-pipe', 'is neither a file nor a directory'],
    ['a\u0000b', 'has control characters'],
    ['a\nb', 'has control characters'],
    ['x'.repeat(300), 'is longer than the system allows'],
    ['chart/a.yaml/x', 'does not exist'],
  ])(
    'rejects %j',
    async (path, problem) => {
      for (const [name, target] of Object.entries({
        out: '../elsewhere',
        far: '/proc/self/environ',
        'broken-out': '../elsewhere/none',
        'to-temp': '../temp/notes',
        broken: 'chart/none',
        'broken-up': 'none/../chart',
        circle: 'circle',
        'hidden-circle': 'none/../hidden-circle',
        'to-git': 'sub/.git/config',
        'to-sub': 'sub',
        'to-store': 'store/HEAD',
        zero: '/dev/zero',
        'to-pipe': 'pipe',
      }))
        await workspace.link(target, `work/${name}`);
      execFileSync('mkfifo', [join(workspace.base, 'work/pipe')]);
      const expected = { problem };
      expect(await readWorkspaceFile(workspace.allowed, path)).toEqual(expected);
      if (problem !== 'does not exist') expect(await resolvePath(workspace.allowed, path)).toEqual(expected);
      if (problem !== 'does not exist')
        expect(await writeWorkspaceFile(workspace.allowed, { path, text: 'x' })).toEqual(expected);
    },
    60_000,
  );

  it('rejects a socket, and a directory where a file is expected', async () => {
    const server = createServer().listen(join(workspace.base, 'work/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await readWorkspaceFile(workspace.allowed, 'socket')).toEqual({
      problem: 'is neither a file nor a directory',
    });
    await new Promise((resolve) => server.close(resolve));
    expect(await readWorkspaceFile(workspace.allowed, 'chart')).toEqual({ problem: 'is a directory' });
    expect(await writeWorkspaceFile(workspace.allowed, { path: 'chart', text: '' })).toEqual({
      problem: 'is a directory',
    });
  });

  it('never reads a file of the kernel, even if the workspace is the whole file system', async () => {
    for (const path of ['proc/self/environ', 'sys/kernel'])
      expect(await readWorkspaceFile({ workspace: '/' }, path)).toEqual({
        problem: 'is neither a file nor a directory',
      });
  });

  it('accepts an absolute path in the temporary directory if the input allows it, but no link that leads out of it', async () => {
    expect(await resolvePath(workspace.allowed, join(workspace.base, 'temp/notes'))).toHaveProperty('value');
    expect(await resolvePath({ workspace: workspace.allowed.workspace }, join(workspace.base, 'temp/notes'))).toEqual({
      problem: 'is outside the workspace',
    });
    await workspace.link('../elsewhere/secret', 'temp/link');
    expect(await resolvePath(workspace.allowed, join(workspace.base, 'temp/link'))).toEqual({
      problem: "leads out of the runner's temporary directory (a link)",
    });
  });

  it.each(['chart/a.yaml', '.'])('resolves %j in a workspace that is itself a link', async (path) => {
    await workspace.link('work', 'alias');
    const alias = { workspace: join(workspace.base, 'alias') };
    const value = { path: join(workspace.base, 'work', path), link: undefined };
    expect(await resolvePath(alias, path)).toMatchObject({ value });
    expect(await resolvePath(alias, join(workspace.base, 'alias', path))).toMatchObject({ value });
    expect(await resolvePath(alias, join(workspace.base, 'work', path))).toMatchObject({ value });
    expect(await resolveOutputPath(alias, path)).toMatchObject({ value });
  });

  it('reports a path without permission by its problem only, without the path of the runner', async () => {
    const failure = Object.assign(new Error(`EACCES: permission denied, open '${workspace.base}'`), {
      code: 'EACCES',
      syscall: 'open',
    });
    expect(await openWorkspaceFile(workspace.allowed, 'chart/a.yaml', () => Promise.reject(failure))).toEqual({
      problem: 'cannot be accessed by the user of this step',
    });
  });

  it('never leads out of the workspace, whatever links exist', async () => {
    const segment = fc.constantFrom('a', 'b', 'c', 'none', 'chart', '..', '.');
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/'));
    const links = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'chart/a', 'chart/b'), path, { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(links, path, async (targets, requested) => {
        for (const [name, target] of Object.entries(targets)) await workspace.link(target, `work/${name}`);
        const resolved = await resolvePath(workspace.allowed, requested);
        // The path that the operating system resolves, if it exists.
        const real = await realpath(join(workspace.base, 'work', requested)).catch(() => undefined);
        if ('value' in resolved)
          expect(relativeInside(join(workspace.base, 'work'), real ?? resolved.value.path)).not.toBeUndefined();
        else expect(resolved.problem).not.toContain(workspace.base);
        for (const name of Object.keys(targets)) await rm(join(workspace.base, 'work', name));
      }),
      { numRuns: 200 },
    );
  });
});
