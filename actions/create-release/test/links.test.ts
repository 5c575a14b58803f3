import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toInputEnv } from '../../../scripts/test-support/bundle.ts';
import { InputError } from '../../lib/errors.ts';
import { readContents } from '../src/assets/contents.ts';
import { readSettings } from '../src/inputs/inputs.ts';

const SECRET = 'the-token-of-the-job';

let base: string;
let workspace: string;
beforeAll(async () => {
  base = await realpath(await mkdtemp(join(tmpdir(), 'create-release-links-')));
  workspace = join(base, 'work');
  for (const directory of ['work/dist', 'work/docs', 'work/.git', 'elsewhere', 'temp'])
    await mkdir(join(base, directory), { recursive: true });
  for (const [path, text] of Object.entries({
    'work/docs/notes.md': 'Hello\n',
    'work/dist/a.tgz': 'a',
    'work/.git/config': SECRET,
    'elsewhere/config.json': SECRET,
    'temp/notes.md': 'From a step\n',
    'temp/git-credentials-1.config': SECRET,
  }))
    await writeFile(join(base, path), text);
  for (const [path, target] of Object.entries({
    'NOTES.md': 'docs/notes.md',
    'environ.md': '/proc/self/environ',
    'zero.md': '/dev/zero',
    'git.md': '.git/config',
    'none.md': 'docs/none.md',
    'circle.md': 'circle.md',
    'temp.md': '../temp/notes.md',
    'dist/b.tgz': 'a.tgz',
    documents: 'docs',
    out: '../elsewhere',
    loop: '.',
  }))
    await symlink(target, join(workspace, path));
  execFileSync('mkfifo', [join(workspace, 'pipe.md')]);
});
afterAll(() => rm(base, { recursive: true }));

const read = (inputs: Record<string, string>) =>
  readSettings({
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: join(base, 'temp'),
    GITHUB_REF: 'refs/tags/v1.4.2',
    ...toInputEnv({ token: 't', ...inputs }),
  });
const problemOf = async (inputs: Record<string, string>): Promise<string> => {
  const error = await read(inputs).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toContain(SECRET);
  expect(message).not.toContain(base);
  expect(message).not.toContain('elsewhere');
  return message;
};

describe('body-path', () => {
  it.each([
    ['docs/notes.md', 'Hello'],
    ['NOTES.md', 'Hello'],
    ['documents/notes.md', 'Hello'],
    ['documents/../docs/notes.md', 'Hello'],
    ['loop/loop/docs/notes.md', 'Hello'],
  ])('follows links that stay in the workspace: %j', async (path, text) => {
    expect((await read({ 'body-path': path })).body).toBe(text);
  });

  it('accepts an absolute path in RUNNER_TEMP and in the workspace', async () => {
    expect((await read({ 'body-path': join(base, 'temp/notes.md') })).body).toBe('From a step');
    expect((await read({ 'body-path': join(workspace, 'NOTES.md') })).body).toBe('Hello');
  });

  it.each([
    ['environ.md', 'body-path leads out of the workspace (a link)'],
    ['zero.md', 'body-path leads out of the workspace (a link)'],
    ['out/config.json', 'body-path leads out of the workspace (a link)'],
    ['temp.md', 'body-path leads out of the workspace (a link)'],
    ['git.md', 'body-path leads into .git (a link)'],
    ['.git/config', 'body-path is inside .git'],
    ['.GIT/config', 'body-path is inside .git'],
    ['none.md', 'body-path is a broken link'],
    ['circle.md', 'body-path is a link that leads to itself'],
    ['pipe.md', 'body-path is neither a file nor a directory'],
    ['docs', 'body-path is a directory'],
    ['docs/none.md', 'body-path does not exist'],
    ['../temp/notes.md', 'body-path is outside the workspace'],
    ['/proc/self/environ', "body-path is outside the workspace and the runner's temporary directory"],
    ['docs/a\u0000b', 'body-path has control characters'],
  ])('rejects %j', async (path, problem) => {
    expect(await problemOf({ 'body-path': path })).toContain(problem);
  });

  it('rejects the file in which actions/checkout keeps its token', async () => {
    await expect(read({ 'body-path': join(base, 'temp/git-credentials-1.config') })).rejects.toThrow(
      'body-path holds the token of actions/checkout',
    );
  });
});

describe('files', () => {
  it.each([
    ['dist/*', ['a.tgz', 'b.tgz']],
    ['documents/*', ['notes.md']],
    ['dist/b.tgz', ['b.tgz']],
  ])('follows links that stay in the workspace: %j', async (files, names) => {
    expect((await read({ files })).files.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ['out/config.json', 'files (line 1) leads out of the workspace (a link)'],
    ['out/*', 'files (line 1) leads out of the workspace (a link)'],
    ['environ*', 'files (line 1) matches environ.md, which leads out of the workspace (a link)'],
    ['ou*', 'files (line 1) matches out, which leads out of the workspace (a link)'],
    ['git*', 'files (line 1) matches git.md, which leads into .git (a link)'],
    ['.g*/config', 'files (line 1) matches .git/config, which is inside .git'],
    ['.git/*', 'files (line 1) is inside .git'],
    ['none*', 'files (line 1) matches none.md, which is a broken link'],
    ['pip*', 'files (line 1) matches pipe.md, which is neither a file nor a directory'],
    ['../elsewhere/*', 'files (line 1) is outside the workspace'],
    ['{..,dist}/elsewhere/*', 'matches ../elsewhere/config.json, which is outside the workspace'],
    ['/etc/host*', "files (line 1) is outside the workspace and the runner's temporary directory"],
  ])('rejects %j', async (files, problem) => {
    const failure = await read({ files }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InputError);
    expect((failure as InputError).message).toContain(problem);
    expect((failure as InputError).message).not.toContain(SECRET);
  });

  it('rejects a name with a line break, and shows it on one line', async () => {
    await mkdir(join(workspace, 'lines'));
    await writeFile(join(workspace, 'lines/a\nb'), 'x');
    expect(await problemOf({ files: 'lines/*' })).toContain('matches "lines/a\\nb", which has control characters');
  });

  it('never contain a byte from outside the workspace or from .git, whatever links exist', async () => {
    const directory = join(workspace, 'any');
    const segment = fc.constantFrom(
      'a',
      'b',
      'c',
      '..',
      '../.git',
      '../../elsewhere',
      '../out',
      'config',
      'config.json',
    );
    const path = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    const links = fc.dictionary(fc.constantFrom('a', 'b', 'c'), path, { minKeys: 1 });
    const globs = fc.constantFrom(
      'any/*',
      'any/*/*',
      'any/**',
      'any/a',
      'any/a/config*',
      'any/{a,b}/*/*',
      'any/c/*.json',
    );
    await fc.assert(
      fc.asyncProperty(links, globs, async (targets, files) => {
        await mkdir(directory);
        for (const [name, target] of Object.entries(targets)) await symlink(target, join(directory, name));
        try {
          const settings = await read({ files });
          for (const { open } of await readContents(settings))
            expect((await (await open()).toArray()).join('')).not.toContain(SECRET);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        } finally {
          await rm(directory, { recursive: true });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('excludes matches of a line with ! without checking where they lead', async () => {
    expect(
      (await read({ files: '*.md\n!environ.md\n!zero.md\n!git.md\n!none.md\n!circle.md\n!temp.md\n!pipe.md' })).files,
    ).toMatchObject([{ name: 'NOTES.md' }]);
  });

  it('are not read if they became links after they were found', async () => {
    await writeFile(join(workspace, 'dist/late.txt'), 'good');
    const settings = await read({ files: 'dist/late.txt' });
    const [content] = await readContents(settings);
    await rename(join(workspace, 'dist/late.txt'), join(workspace, 'dist/late.old'));
    await symlink('../../elsewhere/config.json', join(workspace, 'dist/late.txt'));
    const why = 'the file dist/late.txt cannot be read: it leads out of the workspace (a link)';
    await expect(readContents(settings)).rejects.toThrow(why);
    await expect(content?.open()).rejects.toThrow(why);
    await rm(join(workspace, 'dist/late.txt'));
    await rm(join(workspace, 'dist/late.old'));
  });
});
