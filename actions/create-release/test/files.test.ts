import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toInputEnv } from '../../../scripts/test-support/bundle.ts';
import { InputError } from '../../lib/errors.ts';
import { InputReader } from '../../lib/runner/inputs.ts';
import { readContents } from '../src/assets/contents.ts';
import { type FoundFiles, readFiles } from '../src/inputs/files.ts';

let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'create-release-'));
  await write({
    'notes.md': 'Hello\n',
    'dist/a.tgz': 'a',
    'dist/b.tgz': 'b',
    'dist/c[1].txt': 'c',
    'dist/sub/a.tgz': 'other',
    'dist/My App.exe': 'e',
    'dist/empty': '',
    'dist/big': '',
  });
  await truncate(join(workspace, 'dist/big'), 2 * 1024 ** 3);
});
afterAll(() => rm(workspace, { recursive: true }));

async function write(files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, name)), { recursive: true });
    await writeFile(join(workspace, name), text);
  }
}

async function read(inputs: Record<string, string>, checksums = true): Promise<FoundFiles> {
  const reader = new InputReader(toInputEnv(inputs));
  const found = await readFiles(reader, { allowed: { workspace }, checksums });
  reader.assertValid();
  return found;
}
const names = async (files: string, inputs = {}) => (await read({ files, ...inputs })).files.map(({ name }) => name);
const messages = async (files: string, inputs = {}) =>
  (await read({ files, ...inputs })).fileMessages.map(({ level, message }) => `${level}: ${message}`);
const problemsOf = async (files: string, checksums = true): Promise<string[]> => {
  const error = await read({ files }, checksums).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems.map(({ input, problem }) => `${input} ${problem}`);
};

describe('files', () => {
  it.each([
    ['dist/*.tgz', ['a.tgz', 'b.tgz']],
    ['dist/*.tgz\n!dist/b*', ['a.tgz']],
    ['dist/a.tgz\ndist/*.tgz', ['a.tgz', 'b.tgz']],
    ['dist/a.tgz\n!dist/b*\n!notes.md', ['a.tgz']],
    ['dist/**/*.tgz\n!dist/sub', ['a.tgz', 'b.tgz']],
    ['dist/**/*.tgz\n!**/sub/', ['a.tgz', 'b.tgz']],
    ['dist\\*.tgz\n!dist\\b*', ['a.tgz']],
    ['.\\dist\\a.tgz', ['a.tgz']],
    ['dist/c[1].txt', ['c.1.txt']],
    ['./dist/My App.exe', ['My.App.exe']],
  ])('%j', async (files, expected) => expect(await names(files)).toEqual(expected));

  it('accepts absolute globs', async () => expect(await names(`${workspace}/dist/a*`)).toEqual(['a.tgz']));

  it.each([
    ['dist/**/a.tgz', 'files matches two files that become the asset a.tgz'],
    ['dist/none*', 'files (line 1) matches no file'],
    ['{a,b}'.repeat(22), 'files (line 1) expands to more than 1000 patterns'],
    [`dist/a.tgz\n!${'{a,b}'.repeat(22)}`, 'files (line 2) expands to more than 1000 patterns'],
    ['!dist/b*\n!notes.md', 'files only excludes files'],
    ['dist/a.tgz\n./dist/c[1].txt\n!./dist/c*', 'files (line 2) matches no file'],
    ['dist/a.tgz\n!dist', 'files (line 1) matches no file'],
    ['dist/big', 'files (line 1) matches big, which is not under 2 GiB'],
    ['dist/empty', 'files (line 1) matches empty, which is empty'],
  ])('rejects %j', async (files, problem) => expect((await problemsOf(files))[0]).toContain(problem));

  it('keep their name as a label, and have the digest of their bytes', async () => {
    const { files } = await read({ files: 'dist/a.tgz\ndist/My App.exe' });
    const contents = await readContents({ files, allowed: { workspace }, contentTypes: [] });
    expect(contents.map(({ name, label, digest }) => [name, label, digest])).toEqual([
      ['My.App.exe', 'My App.exe', 'sha256:3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea'],
      ['a.tgz', undefined, 'sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'],
    ]);
  });
});

describe('a glob that matches nothing says what it would match elsewhere', () => {
  it.each([
    ['~/dist/a.tgz', '`~` is not expanded; use a path in the workspace or in RUNNER_TEMP'],
    ['~', '`~` is not expanded'],
    ['dist/a.tgz,dist/b.tgz', 'write one glob per line, not separated by commas'],
    ['dist/{a,b}.tgz, dist/c*', 'write one glob per line, not separated by commas'],
    ['dist/a.tgz dist/b.tgz', 'write one glob per line, not separated by spaces'],
    ['"dist/a.tgz"', 'quotes are part of the glob'],
    ['- dist/a.tgz', 'without a list marker'],
    ['$GITHUB_WORKSPACE/dist/*', 'variables are not expanded'],
    ['%RUNNER_TEMP%/a.tgz', 'variables are not expanded'],
    ['dist/a.tgz#The archive', 'a label after `#` is not supported'],
    ['dist', 'it is a directory; write `dist/*` to attach its files'],
    ['dist/', 'it is a directory; write `dist/*` to attach its files'],
  ])('%j', async (files, hint) => {
    expect(await problemsOf(files)).toEqual([expect.stringMatching(/^files \(line 1\) matches no file; /)]);
    expect((await problemsOf(files))[0]).toContain(hint);
  });

  it('and is accepted where a file has such a name', async () => {
    await write({ '~/x.bin': 'x', 'odd/a,b.bin': 'x', 'odd/"q".bin': 'x', 'odd/c#d.bin': 'x', 'odd/$HOME.bin': 'x' });
    expect(await names('~/x.bin\nodd/a,b*\nodd/"q".bin\nodd/c#d.bin\nodd/$HOME.bin')).toHaveLength(5);
    expect(await names('dist/{a,b}.tgz')).toEqual(['a.tgz', 'b.tgz']);
  });
});

describe('hidden files', () => {
  beforeAll(() =>
    write({
      'hid/a.txt': 'a',
      'hid/.env.example': 'e',
      'hid/.conf/b.txt': 'b',
      'hid/.conf/.deep/c.txt': 'c',
      'hid/sub/.d.txt': 'd',
      'hid/.git/config': 'secret',
      'hid/sub/.GIT/config': 'secret',
      'only/.env': 'x',
    }),
  );
  const all = { 'include-hidden-files': 'true' };

  it.each([
    ['hid/*', ['a.txt']],
    ['hid/**', ['a.txt']],
    ['hid/.*', ['default.env.example']],
    ['hid/.env.example', ['default.env.example']],
    ['hid/.conf/*', ['b.txt']],
    ['hid/**/.*', ['default.d.txt', 'default.env.example']],
    ['hid/.conf/**', ['b.txt']],
  ])('are matched only by a glob that names the dot: %j', async (files, expected) =>
    expect(await names(files)).toEqual(expected),
  );

  it.each([
    ['hid/*', ['a.txt', 'default.env.example']],
    ['hid/**', ['a.txt', 'b.txt', 'c.txt', 'default.d.txt', 'default.env.example']],
    ['hid/**/*.txt', ['a.txt', 'b.txt', 'c.txt', 'default.d.txt']],
    ['hid/*/*.txt', ['b.txt', 'default.d.txt']],
    ['hid/**\n!hid/*', []],
    ['hid/**\n!**/.*', ['a.txt']],
    ['hid/**\n!hid/.conf', ['a.txt', 'default.d.txt', 'default.env.example']],
    ['hid/**\n!**/[.]env*', ['a.txt', 'b.txt', 'c.txt', 'default.d.txt']],
    ['hid/**\n!**/{.env,x}*', ['a.txt', 'b.txt', 'c.txt', 'default.d.txt']],
    ['hid/?env*', ['default.env.example']],
    ['hid/{.env,a}*', ['a.txt', 'default.env.example']],
  ])('are matched by wildcards with include-hidden-files: %j', async (files, expected) => {
    const found = expected.length === 0 ? [] : await names(files, all);
    expect(found).toEqual(expected);
    if (expected.length === 0) await expect(read({ files, ...all })).rejects.toThrow('files (line 1) matches no file');
  });

  it('that are left out are named', async () => {
    expect(await messages('hid/*')).toEqual([
      'notice: `hid/*` leaves out hid/.env.example; set include-hidden-files: true to attach it.',
    ]);
    const [message] = await messages('hid/**');
    for (const name of ['hid/.env.example', 'hid/.conf/b.txt', 'hid/.conf/.deep/c.txt', 'hid/sub/.d.txt'])
      expect(message).toContain(name);
    expect(message).toContain('set include-hidden-files: true to attach them.');
    expect(message).not.toContain('config');
  });

  it('are not named when another line attaches or excludes them, or when they are included', async () => {
    expect((await messages('hid/*\nhid/.env*')).filter((text) => text.includes('leaves out'))).toEqual([]);
    expect(await messages('hid/*\n!hid/.env*')).toEqual([]);
    expect((await messages('hid/*', all)).filter((text) => text.includes('leaves out'))).toEqual([]);
  });

  it('that are all a glob could match are an error that names them', async () => {
    expect(await problemsOf('only/*')).toEqual([
      'files (line 1) matches only hidden files (only/.env); set include-hidden-files: true',
    ]);
  });

  it('are counted when there are many', async () => {
    await write(Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`many/.f${index}`, 'x'])));
    await write({ 'many/a': 'a' });
    expect((await messages('many/*'))[0]).toMatch(/leaves out (many\/\.f\d, ){4}many\/\.f\d and 4 more;/);
  });

  it('behind a link are not searched, and a link to a directory is not a file', async () => {
    await write({ 'linked/a': 'a' });
    await symlink('..', join(workspace, 'linked/.up'));
    expect(await messages('linked/**')).toEqual([]);
    expect(await names('linked/**', all)).toEqual(['a']);
  });
});

describe('an exclusion', () => {
  const warning = (line: number, text: string) =>
    expect.stringContaining(`warning: files (line ${line}): \`!${text}\` excludes nothing`);

  it.each([
    ['dist/*.tgz\n!dst/*.tgz', [warning(2, 'dst/*.tgz')]],
    ['dist/*.tgz\n!*.tgz', [warning(2, '*.tgz')]],
    ['!dist/x*\ndist/*.tgz\n!dist/b*\n!dist/b.tgz', [warning(1, 'dist/x*')]],
    ['dist/*.tgz\n!dist/b*', []],
    ['dist/*.tgz\n!**/b.tgz', []],
  ])('that excludes nothing is a warning: %j', async (files, expected) =>
    expect(await messages(files)).toEqual(expected),
  );
});

describe('a name of which nothing is left', () => {
  beforeAll(() => write({ 'intl/测试.zip': 'x', 'intl/.env': 'x', 'two/测试.zip': 'x', 'two/日本.zip': 'y' }));

  it('is reported with the name that the file is stored under', async () => {
    expect(await names('intl/*\nintl/.env')).toEqual(['default.env', 'default.zip']);
    expect(await messages('intl/*\nintl/.env')).toEqual([
      'notice: .env is stored as default.env: GitHub does not keep such a name.',
      'notice: 测试.zip is stored as default.zip: GitHub does not keep such a name.',
    ]);
    expect(await messages('dist/My App.exe')).toEqual([]);
  });

  it('must be the only one', async () => {
    expect((await problemsOf('two/*'))[0]).toContain('matches two files that become the asset default.zip: two/');
  });
});

describe('the number of files', () => {
  beforeAll(async () => {
    await write(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`thousand/f${index}`, 'x'])));
  });

  it('is at most 1,000 with SHA256SUMS', async () => {
    expect(await problemsOf('thousand/*')).toEqual([
      'files matches 1000 files, which are 1001 with SHA256SUMS; a release has at most 1000',
    ]);
    expect((await read({ files: 'thousand/*\n!thousand/f999' })).files).toHaveLength(999);
    expect((await read({ files: 'thousand/*' }, false)).files).toHaveLength(1000);
    expect(await problemsOf('thousand/*\ndist/a.tgz', false)).toEqual([
      'files matches 1001 files; a release has at most 1000',
    ]);
  });
});
