import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { toInputEnv } from '../../../scripts/test-support/bundle.ts';
import { InputError } from '../../lib/errors.ts';
import { readContents } from '../src/assets/contents.ts';
import { readSettings } from '../src/inputs/inputs.ts';

let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'create-release-'));
  await mkdir(join(workspace, 'dist/sub'), { recursive: true });
  for (const [name, text] of Object.entries({
    'notes.md': 'Hello\n',
    'dist/a.tgz': 'a',
    'dist/b.tgz': 'b',
    'dist/c[1].txt': 'c',
    'dist/sub/a.tgz': 'other',
    'dist/My App.exe': 'e',
    'dist/empty': '',
    'dist/big': '',
    'dist/SHA256SUMS': 'x',
    'dist/日本': 'x',
  }))
    await writeFile(join(workspace, name), text);
  await truncate(join(workspace, 'dist/big'), 2 * 1024 ** 3);
});
afterAll(() => rm(workspace, { recursive: true }));

const read = (inputs: Record<string, string>, env: Record<string, string> = {}) =>
  readSettings({
    GITHUB_WORKSPACE: workspace,
    GITHUB_REF: 'refs/tags/v1.4.2',
    ...toInputEnv({ token: 'secret-token' }),
    ...env,
    ...toInputEnv(inputs),
  });
const problemsOf = async (...args: Parameters<typeof read>) => {
  const error = await read(...args).then(
    () => undefined,
    (error) => error,
  );
  expect(error).toBeInstanceOf(InputError);
  return error.problems.map(({ input, problem }: { input: string; problem: string }) => `${input} ${problem}`);
};

describe('readSettings', () => {
  it('has the same defaults as action.yml', async () => {
    const { inputs } = parse(await readFile(join(import.meta.dirname, '../action.yml'), 'utf8'));
    const defaults: Record<string, string> = {};
    for (const [name, input] of Object.entries<{ default?: string }>(inputs))
      if (input.default !== undefined) defaults[name] = input.default.replace('${{ github.token }}', 'secret-token');
    expect(await read(defaults)).toEqual(await read({}));
  });

  it('uses the pushed tag, also as the name', async () => {
    expect(await read({})).toMatchObject({
      tag: 'v1.4.2',
      name: 'v1.4.2',
      notes: 'github',
      draft: false,
      update: false,
      checksums: true,
    });
  });

  it.each([
    ['refs/tags/v2.0.0', 'v2.0.0'],
    ['v1.0.0$(id)', 'v1.0.0$(id)'],
    ['web/v1.0.0', 'web/v1.0.0'],
  ])('reads the tag %s', async (tag, expected) => expect((await read({ tag })).tag).toBe(expected));

  it.each([
    'v1.0.0$(touch pwned)',
    'refs/heads/main',
    'a..b',
    '-x',
    'x.lock',
    'a//b',
    'v1\u0007',
    'x@{1}',
    '.x',
    'x/',
    'v1.',
    'a:b',
    '@',
  ])('rejects the tag %j', async (tag) => expect((await problemsOf({ tag }))[0]).toMatch(/^tag is/));

  it('reports every problem at once, and never the token', async () => {
    expect(
      await problemsOf(
        {
          'body-path': 'none.md',
          notes: 'all',
          draft: 'yes',
          prerelease: 'maybe',
          'make-latest': 'legacy',
          files: 'none/*\ndist/empty',
          checksums: '1',
          images: '{',
          'major-tag': 'on',
          update: 'no',
          target: 'a b',
          'dry-run': 'x',
          summary: 'y',
          'previous-tag': 'a b',
        },
        { GITHUB_REF: 'refs/heads/main', INPUT_TOKEN: '' },
      ),
    ).toEqual([
      expect.stringContaining('tag is required'),
      expect.stringContaining('prerelease is neither'),
      expect.stringContaining('make-latest is neither'),
      expect.stringContaining('body-path does not exist'),
      expect.stringContaining('notes is not one of'),
      expect.stringContaining('previous-tag is not a valid Git'),
      expect.stringContaining('draft is not a boolean'),
      'files (line 1) matches no file',
      expect.stringContaining('files (line 2) matches empty, which is empty'),
      expect.stringContaining('checksums is not a boolean'),
      expect.stringContaining('images is not YAML'),
      expect.stringContaining('major-tag is not'),
      expect.stringContaining('update is not'),
      expect.stringContaining('target is not a valid Git'),
      expect.stringContaining('token is required'),
      expect.stringContaining('dry-run is not'),
      expect.stringContaining('summary is not'),
    ]);
  });

  it('reads the text of body-path, and rejects body together with body-path', async () => {
    expect((await read({ 'body-path': 'notes.md' })).body).toBe('Hello');
    expect(await problemsOf({ body: 'x', 'body-path': 'notes.md' })).toEqual(['body is set together with body-path']);
  });

  it('rejects a pre-release as the latest', async () => {
    expect(await problemsOf({ prerelease: 'True', 'make-latest': 'TRUE' })).toEqual([
      'make-latest contradicts prerelease: true',
    ]);
    expect(
      await problemsOf({ prerelease: 'true', 'make-latest': 'true', tag: 'nightly', 'major-tag': 'true' }),
    ).toHaveLength(2);
  });

  it.each([
    [{ tag: 'nightly', 'major-tag': 'true' }, 'major-tag needs a tag that is a semantic version; nightly is not'],
    [
      { tag: 'v1.0.0-rc.1', 'make-latest': 'true' },
      'make-latest contradicts the tag v1.0.0-rc.1, a pre-release, which GitHub never makes the latest',
    ],
  ])('reports what contradicts the tag together with all other problems: %j', async (inputs, problem) => {
    expect(await problemsOf({ ...inputs, draft: 'maybe' } as Record<string, string>)).toEqual([
      'draft is not a boolean (true True TRUE false False FALSE)',
      problem,
    ]);
  });

  it('accepts inputs that only seem to contradict the tag', async () => {
    await read({ tag: 'nightly', 'make-latest': 'true' });
    await read({ tag: 'v1.0.0-rc.1', 'major-tag': 'true' });
    await read({ tag: 'v1.0.0-rc.1', 'make-latest': 'true', prerelease: 'false' });
    expect(await problemsOf({ tag: 'a b', 'major-tag': 'true' })).toHaveLength(1);
  });

  it('reads the images of a build', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect((await read({ images: JSON.stringify([{ repository: 'ghcr.io/o/web', digest }]) })).images).toMatchObject([
      { digest },
    ]);
    const byHand = `- { repository: ghcr.io/o/web, digest: '${digest}', tags: [1.10, 2] }`;
    expect((await read({ images: byHand })).images).toMatchObject([{ tags: ['1.10', '2'] }]);
    expect(await problemsOf({ images: '[{}]' })).toEqual([expect.stringContaining('images item 1')]);
  });

  it('rejects images that evaluate to nothing', async () => {
    expect(await problemsOf({ images: '' })).toEqual([expect.stringContaining('images is empty')]);
  });
});

describe('files', () => {
  const names = async (files: string) => (await read({ files })).files.map(({ name }) => name);
  it.each([
    ['dist/*.tgz', ['a.tgz', 'b.tgz']],
    ['dist/*.tgz\n!dist/b*', ['a.tgz']],
    ['dist/a.tgz\ndist/*.tgz', ['a.tgz', 'b.tgz']],
    ['dist/a.tgz\n!dist/b*\n!notes.md', ['a.tgz']],
    ['dist/c[1].txt', ['c.1.txt']],
    ['./dist/My App.exe', ['My.App.exe']],
  ])('%j', async (files, expected) => expect(await names(files)).toEqual(expected));

  it('accepts absolute globs', async () => expect(await names(`${workspace}/dist/a*`)).toEqual(['a.tgz']));

  it.each([
    ['dist/**/a.tgz', 'files matches two files that become the asset a.tgz'],
    ['dist', 'files (line 1) matches no file'],
    ['{a,b}'.repeat(22), 'files (line 1) expands to more than 1000 patterns'],
    [`dist/a.tgz\n!${'{a,b}'.repeat(22)}`, 'files (line 2) expands to more than 1000 patterns'],
    ['!dist/b*\n!notes.md', 'files only excludes files'],
    ['dist/a.tgz\n./dist/c[1].txt\n!./dist/c*', 'files (line 2) matches no file'],
    ['dist/a.tgz\n!dist', 'files (line 1) matches no file'],
    ['dist/big', 'files (line 1) matches big, which is not under 2 GiB'],
    ['dist/SHA256SUMS', 'files matches a file named SHA256SUMS, which this step creates'],
    ['dist/日*', 'files (line 1) matches 日本, whose name has no character that an asset name can have'],
  ])('rejects %j', async (files, problem) => expect((await problemsOf({ files }))[0]).toContain(problem));

  it('keep their name as a label, and have checksums by the names that users download', async () => {
    const { files, allowed, checksums } = await read({ files: 'dist/a.tgz\ndist/My App.exe' });
    const contents = await readContents({ files, allowed, checksums });
    expect(contents.map(({ name, label }) => [name, label])).toEqual([
      ['My.App.exe', 'My App.exe'],
      ['a.tgz', undefined],
      ['SHA256SUMS', undefined],
    ]);
    const sums = await ((await contents[2]?.open())?.toArray() ?? []);
    expect(String(sums[0])).toBe(
      '3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea  My.App.exe\nca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.tgz\n',
    );
  });
});
