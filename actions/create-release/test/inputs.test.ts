import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { toInputEnv } from '../../../scripts/test-support/bundle.ts';
import { InputError } from '../../lib/errors.ts';
import { readSettings } from '../src/inputs/inputs.ts';

let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'create-release-'));
  await mkdir(join(workspace, 'dist'), { recursive: true });
  for (const [name, text] of Object.entries({
    'notes.md': 'Hello\n',
    'dist/a.tgz': 'a',
    'dist/empty': '',
  }))
    await writeFile(join(workspace, name), text);
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

  it('uses the pushed tag, and leaves what was not given', async () => {
    expect(await read({})).toMatchObject({
      tag: 'v1.4.2',
      tagPrefix: undefined,
      repository: undefined,
      name: undefined,
      textGiven: false,
      bodyMode: 'append',
      prerelease: undefined,
      makeLatest: undefined,
      moveTag: false,
      discussionCategory: undefined,
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
          'make-latest': 'maybe',
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
      expect.stringContaining('dry-run is not'),
      expect.stringContaining('tag is required'),
      expect.stringContaining('prerelease is neither'),
      expect.stringContaining('make-latest is neither'),
      expect.stringContaining('checksums is not a boolean'),
      expect.stringContaining('body-path does not exist'),
      expect.stringContaining('notes is not one of'),
      expect.stringContaining('previous-tag is not a valid Git'),
      expect.stringContaining('draft is not a boolean'),
      'files (line 1) matches no file',
      expect.stringContaining('files (line 2) matches empty, which is empty'),
      expect.stringContaining('images is not YAML'),
      expect.stringContaining('major-tag is not'),
      expect.stringContaining('update is not'),
      expect.stringContaining('target is not a valid Git'),
      expect.stringContaining('token is required'),
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

  it('rejects `other-files: remove` without files, which would remove every file', async () => {
    expect((await read({ files: 'dist/a.tgz', 'other-files': 'remove' })).otherFiles).toBe('remove');
    expect(await problemsOf({ 'other-files': 'remove' })).toEqual([
      'other-files needs files: without them, every file of the release would be removed',
    ]);
    expect(await problemsOf({ 'other-files': 'delete' })).toEqual(['other-files is not one of keep, remove']);
  });

  it('rejects images that evaluate to nothing', async () => {
    expect(await problemsOf({ images: '' })).toEqual([expect.stringContaining('images is empty')]);
  });
});
