import { execFileSync } from 'node:child_process';
import {
  link as hardLink,
  mkdir,
  mkdtemp,
  open,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, win32 } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hasGitDirectory, isGitDirectoryName, isTokenFile } from '../../files/git-paths.ts';
import {
  type AllowedPaths,
  openWorkspaceFile,
  readWorkspaceFile,
  relativeInside,
  resolveOutputPath,
  resolvePath,
  writeWorkspaceFile,
} from '../../files/workspace.ts';

let base: string;
let area: AllowedPaths;
beforeEach(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'paths-')));
  for (const directory of ['work/chart', 'work/sub/.git', 'work/store/objects', 'work/store/refs', 'elsewhere', 'temp'])
    await mkdir(join(base, directory), { recursive: true });
  for (const path of ['work/chart/a.yaml', 'work/sub/.git/config', 'work/store/HEAD', 'elsewhere/secret', 'temp/notes'])
    await writeFile(join(base, path), path);
  area = { workspace: join(base, 'work'), temporary: join(base, 'temp') };
});
afterEach(() => rm(base, { recursive: true }));

const link = (target: string, path: string): Promise<void> => symlink(target, join(base, path));

describe('locate', () => {
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
  ])('takes %j', async (path, kind, target) => {
    await link('chart/a.yaml', 'work/to-file');
    await link('chart', 'work/to-directory');
    await link('to-file', 'work/to-link');
    expect(await resolvePath(area, path)).toMatchObject({ value: { kind, path: join(base, 'work', target) } });
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
    ['gone-out', 'leads out of the workspace (a link)'],
    ['gone-out/x', 'leads out of the workspace (a link)'],
    ['to-temp', 'leads out of the workspace (a link)'],
    ['gone', 'is a broken link'],
    ['gone-up', 'is a broken link'],
    ['gone-up/a.yaml', 'does not exist'],
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
    'refuses %j',
    async (path, problem) => {
      for (const [name, target] of Object.entries({
        out: '../elsewhere',
        far: '/proc/self/environ',
        'gone-out': '../elsewhere/none',
        'to-temp': '../temp/notes',
        gone: 'chart/none',
        'gone-up': 'none/../chart',
        circle: 'circle',
        'hidden-circle': 'none/../hidden-circle',
        'to-git': 'sub/.git/config',
        'to-sub': 'sub',
        'to-store': 'store/HEAD',
        zero: '/dev/zero',
        'to-pipe': 'pipe',
      }))
        await link(target, `work/${name}`);
      execFileSync('mkfifo', [join(base, 'work/pipe')]);
      const expected = { problem };
      expect(await readWorkspaceFile(area, path)).toEqual(expected);
      if (problem !== 'does not exist') expect(await resolvePath(area, path)).toEqual(expected);
      if (problem !== 'does not exist') expect(await writeWorkspaceFile(area, { path, text: 'x' })).toEqual(expected);
    },
    60_000,
  );

  it('refuses a socket, and a directory where a file is asked for', async () => {
    const server = createServer().listen(join(base, 'work/socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    expect(await readWorkspaceFile(area, 'socket')).toEqual({ problem: 'is neither a file nor a directory' });
    await new Promise((resolve) => server.close(resolve));
    expect(await readWorkspaceFile(area, 'chart')).toEqual({ problem: 'is a directory' });
    expect(await writeWorkspaceFile(area, { path: 'chart', text: '' })).toEqual({ problem: 'is a directory' });
  });

  it('takes nothing of the kernel for a file, also where the workspace is the whole file system', async () => {
    for (const path of ['proc/self/environ', 'sys/kernel'])
      expect(await readWorkspaceFile({ workspace: '/' }, path)).toEqual({
        problem: 'is neither a file nor a directory',
      });
  });

  it('takes an absolute path in the temporary directory, where the input takes one, and no link out of it', async () => {
    expect(await resolvePath(area, join(base, 'temp/notes'))).toHaveProperty('value');
    expect(await resolvePath({ workspace: area.workspace }, join(base, 'temp/notes'))).toEqual({
      problem: 'is outside the workspace',
    });
    await link('../elsewhere/secret', 'temp/link');
    expect(await resolvePath(area, join(base, 'temp/link'))).toEqual({
      problem: "leads out of the runner's temporary directory (a link)",
    });
  });

  it.each(['chart/a.yaml', '.'])('takes %j in a workspace that is itself a link', async (path) => {
    await link('work', 'alias');
    const alias = { workspace: join(base, 'alias') };
    const value = { path: join(base, 'work', path), link: undefined };
    expect(await resolvePath(alias, path)).toMatchObject({ value });
    expect(await resolvePath(alias, join(base, 'alias', path))).toMatchObject({ value });
    expect(await resolvePath(alias, join(base, 'work', path))).toMatchObject({ value });
    expect(await resolveOutputPath(alias, path)).toMatchObject({ value });
  });

  it('tells a path that the user may not enter by its problem alone', async () => {
    const failure = Object.assign(new Error(`EACCES: permission denied, open '${base}'`), {
      code: 'EACCES',
      syscall: 'open',
    });
    expect(await openWorkspaceFile(area, 'chart/a.yaml', () => Promise.reject(failure))).toEqual({
      problem: 'cannot be accessed by the user of this step',
    });
  });

  it('never gives a place outside, whatever links there are', async () => {
    const segment = fc.constantFrom('a', 'b', 'c', 'none', 'chart', '..', '.');
    const path = fc.array(segment, { minLength: 1, maxLength: 5 }).map((segments) => segments.join('/'));
    const links = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'chart/a', 'chart/b'), path, { maxKeys: 5 });
    await fc.assert(
      fc.asyncProperty(links, path, async (targets, asked) => {
        for (const [name, target] of Object.entries(targets)) await link(target, `work/${name}`);
        const place = await resolvePath(area, asked);
        // The system's own word, where something is there.
        const real = await realpath(join(base, 'work', asked)).catch(() => undefined);
        if ('value' in place) expect(relativeInside(join(base, 'work'), real ?? place.value.path)).not.toBeUndefined();
        else expect(place.problem).not.toContain(base);
        for (const name of Object.keys(targets)) await rm(join(base, 'work', name));
      }),
      { numRuns: 200 },
    );
  });
});

describe('what changes between the look and the opening', () => {
  /** Another process changes the directory at the worst moment. */
  const opening = (change: () => Promise<void>) => async (path: string, flags: number) => {
    await change();
    return open(path, flags);
  };
  const CHANGED = { problem: 'changed while it was being opened' };

  it.each([
    [
      'the file becomes a link',
      async () => {
        await rm(join(base, 'work/chart/a.yaml'));
        await link('../../elsewhere/secret', 'work/chart/a.yaml');
      },
    ],
    [
      'a directory above it becomes a link',
      async () => {
        await rename(join(base, 'work/chart'), join(base, 'work/old'));
        await writeFile(join(base, 'elsewhere/a.yaml'), 'secret');
        await link('../elsewhere', 'work/chart');
      },
    ],
    [
      'the file becomes a pipe',
      async () => {
        await rm(join(base, 'work/chart/a.yaml'));
        execFileSync('mkfifo', [join(base, 'work/chart/a.yaml')]);
      },
    ],
    ['the file goes', () => rm(join(base, 'work/chart/a.yaml'))],
  ])(
    'is not read when %s',
    async (_, change) => {
      expect(await readWorkspaceFile(area, 'chart/a.yaml', opening(change))).toEqual(CHANGED);
    },
    60_000,
  );

  it('is seen also where the system does not say where an open file is', async () => {
    /** The same file under a number of which /proc/self/fd has nothing. */
    const unknown = (opener: typeof open) => async (path: string, flags: number) => {
      const handle = await opener(path, flags);
      const { stat, readFile, close } = handle;
      const methods = { stat: stat.bind(handle), readFile: readFile.bind(handle), close: close.bind(handle) };
      return { ...methods, fd: 999_999 } as Awaited<ReturnType<typeof open>>;
    };
    expect(await readWorkspaceFile(area, 'chart/a.yaml', unknown(open))).toHaveProperty('value');
    const change = opening(async () => {
      await rename(join(base, 'work/chart'), join(base, 'work/old'));
      await writeFile(join(base, 'elsewhere/a.yaml'), 'secret');
      await link('../elsewhere', 'work/chart');
    });
    expect(await readWorkspaceFile(area, 'chart/a.yaml', unknown(change as typeof open))).toEqual(CHANGED);
  });

  it('is not written when the file, or a directory above it, becomes a link', async () => {
    const byLink = opening(() => link('../../elsewhere/secret', 'work/chart/new'));
    expect(await writeWorkspaceFile(area, { path: 'chart/new', text: 'x' }, byLink)).toEqual(CHANGED);
    const byDirectory = opening(async () => {
      await rename(join(base, 'work/chart'), join(base, 'work/old'));
      await link('../elsewhere', 'work/chart');
    });
    expect(await writeWorkspaceFile(area, { path: 'chart/secret', text: 'x' }, byDirectory)).toEqual(CHANGED);
    expect(await readFile(join(base, 'elsewhere/secret'), 'utf8')).toBe('elsewhere/secret');
  });
});

describe('writeWorkspaceFile', () => {
  it('writes a file whole, in directories that it makes', async () => {
    expect(await writeWorkspaceFile(area, { path: 'chart/a.yaml', text: 'b' })).toEqual({
      value: join(base, 'work/chart/a.yaml'),
    });
    await writeWorkspaceFile(area, { path: 'new/directory/c', text: 'd' });
    await writeWorkspaceFile(area, { path: join(base, 'temp/e'), text: 'f' });
    expect(
      await Promise.all(
        ['work/chart/a.yaml', 'work/new/directory/c', 'temp/e'].map((path) => readFile(join(base, path), 'utf8')),
      ),
    ).toEqual(['b', 'd', 'f']);
  });

  it.each([
    ['report', 'would be written through a link (report); use the path that the link leads to'],
    ['directory/new', 'would be written through a link (directory); use the path that the link leads to'],
    ['new', 'is a broken link'],
    ['config', 'leads into .git (a link)'],
    ['chart/a.yaml/b', 'needs a directory where a file exists'],
  ])('changes no other file than the one that is named: %j', async (path, problem) => {
    await link('chart/a.yaml', 'work/report');
    await link('chart', 'work/directory');
    await link('chart/none', 'work/new');
    await link('sub/.git/config', 'work/config');
    expect(await writeWorkspaceFile(area, { path, text: 'x' })).toEqual({ problem });
    expect(await readFile(join(base, 'work/chart/a.yaml'), 'utf8')).toBe('work/chart/a.yaml');
    expect(await readFile(join(base, 'work/sub/.git/config'), 'utf8')).toBe('work/sub/.git/config');
    expect(await resolvePath(area, 'chart/none')).toMatchObject({ value: { kind: 'missing' } });
  });
});

it('no file is written that has a second name', async () => {
  await hardLink(join(base, 'work/sub/.git/config'), join(base, 'work/report'));
  expect(await writeWorkspaceFile(area, { path: 'report', text: 'x' })).toEqual({
    problem: 'has another name (a hard link), which would change too',
  });
  expect(await readFile(join(base, 'work/sub/.git/config'), 'utf8')).toBe('work/sub/.git/config');
});

describe('names', () => {
  it.each(['.git', '.GIT', '.Git', '.git.', '.git ', '.git . .', '.git::$INDEX_ALLOCATION', 'GIT~1', '.g\u200cit'])(
    '%j is Git’s own',
    (name) => expect(isGitDirectoryName(name)).toBe(true),
  );
  it.each(['git', '.github', '.gitignore', '.gitattributes', 'x.git', '..git', 'git~2', 'git-credentials'])(
    '%j is not',
    (name) => expect(isGitDirectoryName(name)).toBe(false),
  );
  it('tell the file of actions/checkout with its token', () => {
    expect(isTokenFile('temp/git-credentials-0b1f.config')).toBe(true);
    expect(isTokenFile('git-credentials.config')).toBe(false);
  });
  it('are found in paths of both systems', () => {
    expect([hasGitDirectory('a/.git/b'), hasGitDirectory('a\\.git\\b'), hasGitDirectory('a/b')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it.each([
    ['C:\\work', 'C:\\work\\a', 'a'],
    ['C:\\work', 'c:\\WORK\\a', 'a'],
    ['C:\\work', 'C:\\work', ''],
    ['C:\\work', 'C:/work/a/b', 'a\\b'],
    ['C:\\work', 'C:\\work\\..a', '..a'],
    ['C:\\work', 'C:\\work-2', undefined],
    ['C:\\work', 'C:\\work\\..\\x', undefined],
    ['C:\\work', 'D:\\work\\a', undefined],
    ['C:\\work', '\\\\server\\share\\a', undefined],
    ['C:\\work', '\\\\?\\C:\\work\\a', undefined],
    ['C:\\work', '\\\\.\\pipe\\a', undefined],
  ])('on Windows, below %j is %j: %j', (directory, path, expected) => {
    expect(relativeInside(directory, path, win32)).toBe(expected);
  });
});
