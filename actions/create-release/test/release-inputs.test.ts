import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toInputEnv } from '../../../scripts/test-support/bundle.ts';
import { InputError } from '../../lib/errors.ts';
import { readSettings } from '../src/inputs/inputs.ts';

const SHA = 'a'.repeat(40);

let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'create-release-'));
  await writeFile(join(workspace, 'notes.md'), 'Hello\n');
});
afterAll(() => rm(workspace, { recursive: true }));

const read = (inputs: Record<string, string>, env: Record<string, string> = {}) =>
  readSettings({ GITHUB_WORKSPACE: workspace, ...env, ...toInputEnv({ tag: 'v1.4.2', token: 't', ...inputs }) });
const problemsOf = async (...args: Parameters<typeof read>) => {
  const error = await read(...args).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).problems.map(({ input, problem }) => `${input} ${problem}`);
};

describe('an input that was not given', () => {
  it.each<[Record<string, string>, object]>([
    [{ name: 'One' }, { name: 'One' }],
    [{ name: '' }, { name: undefined }],
    [{ prerelease: 'auto' }, { prerelease: 'auto' }],
    [{ prerelease: 'false' }, { prerelease: false }],
    [{ 'make-latest': 'auto' }, { makeLatest: 'auto' }],
    [{ 'make-latest': 'true' }, { makeLatest: true }],
    [
      { prerelease: '', 'make-latest': '' },
      { prerelease: undefined, makeLatest: undefined },
    ],
  ])('differs from its default: %j', async (inputs, expected) => expect(await read(inputs)).toMatchObject(expected));

  it.each<[Record<string, string>, boolean]>([
    [{}, false],
    [{ name: 'One', files: 'notes.md' }, false],
    [{ images: 'none' }, false],
    [{ body: 'x' }, true],
    [{ 'body-path': 'notes.md' }, true],
    [{ notes: 'none' }, true],
    [{ notes: 'github' }, true],
    [{ 'body-mode': 'append' }, true],
    [{ images: `[{ repository: ghcr.io/acme/web, digest: 'sha256:${'a'.repeat(64)}' }]` }, true],
  ])('leaves the text of a published release: %j', async (inputs, textGiven) => {
    expect((await read(inputs)).textGiven).toBe(textGiven);
  });
});

describe('tag-prefix', () => {
  it.each([
    ['web-v1.0.0', 'web-'],
    ['web_1.0.0', 'web_'],
    ['@acme/web@1.0.0', '@acme/web@'],
    ['web-nightly', 'web-'],
  ])('of %s can be %s', async (tag, prefix) => {
    expect((await read({ tag, 'tag-prefix': prefix })).tagPrefix).toBe(prefix);
  });

  it('is what the tag starts with', async () => {
    expect(await problemsOf({ 'tag-prefix': 'web-' })).toEqual(['tag-prefix is not what the tag v1.4.2 starts with']);
  });

  it('is not compared with a tag that a dry run has not found yet', async () => {
    expect(await read({ tag: '', 'tag-prefix': 'web-', 'dry-run': 'true' })).toMatchObject({ tagPrefix: 'web-' });
  });

  it('makes a version of what follows it, for the inputs that need one', async () => {
    const inputs = { tag: 'web_1.0.0', 'major-tag': 'true' };
    expect(await problemsOf(inputs)).toEqual(['major-tag needs a tag that is a semantic version; web_1.0.0 is not']);
    expect(await read({ ...inputs, 'tag-prefix': 'web_' })).toMatchObject({ majorTag: true });
  });
});

describe('major-tag', () => {
  it.each(['v1.4.2', '1.4.2', 'web-v1.4.2', '@acme/web@1.4.2', 'v1.0.0-rc.1'])('moves for the tag %s', async (tag) => {
    expect((await read({ tag, 'major-tag': 'true' })).majorTag).toBe(true);
  });

  it.each(['v1.1', 'v1', '1.2.3.4', 'nightly', '2024.10'])('has no meaning for the tag %s', async (tag) => {
    expect(await problemsOf({ tag, 'major-tag': 'true' })).toEqual([
      `major-tag needs a tag that is a semantic version; ${tag} is not`,
    ]);
  });
});

describe('make-latest', () => {
  it('is not legacy', async () => {
    expect(await problemsOf({ 'make-latest': 'legacy' })).toEqual([
      "make-latest asks for GitHub's legacy ordering, which is not supported; auto makes the highest stable version the latest",
    ]);
  });

  it.each(['v1.0.0-rc.1', 'v1.1-rc.1', 'web-v1.0.0-rc.1'])('is not true for the pre-release %s', async (tag) => {
    expect(await problemsOf({ tag, 'make-latest': 'true' })).toEqual([
      `make-latest contradicts the tag ${tag}, a pre-release, which GitHub never makes the latest`,
    ]);
    expect(await read({ tag, 'make-latest': 'true', prerelease: 'false' })).toMatchObject({ makeLatest: true });
  });
});

describe('repository', () => {
  it('is another repository than that of the run', async () => {
    expect((await read({ repository: 'acme/shop' })).repository).toBe('acme/shop');
  });

  it.each(['shop', 'acme/shop/web', 'https://hub.test/acme/shop', '-/x', 'acme/..'])(
    'is not %s',
    async (repository) => {
      expect(await problemsOf({ repository })).toEqual(['repository is not OWNER/REPO']);
    },
  );
});

describe('body-mode', () => {
  it.each(['append', 'prepend', 'replace', 'keep'])('can be %s', async (mode) => {
    expect((await read({ 'body-mode': mode })).bodyMode).toBe(mode);
  });

  it('is nothing else', async () => {
    expect(await problemsOf({ 'body-mode': 'above' })).toEqual([
      'body-mode is not one of append, prepend, replace, keep',
    ]);
  });
});

describe('move-tag', () => {
  const inputs = { tag: 'nightly', 'move-tag': 'true' };

  it('moves the tag to the target, or to the commit of the run, and changes a published release', async () => {
    const expected = { moveTag: true, update: true };
    expect(await read(inputs, { GITHUB_SHA: SHA })).toMatchObject({ ...expected, target: SHA });
    expect(await read({ ...inputs, target: 'main' }, { GITHUB_SHA: SHA })).toMatchObject({
      ...expected,
      target: 'main',
    });
    expect(await read({ tag: 'nightly' }, { GITHUB_SHA: SHA })).toMatchObject({ update: false, target: undefined });
  });

  it.each<[Record<string, string>, string]>([
    [{ draft: 'true' }, 'draft contradicts move-tag: true: the tag moves on publishing'],
    [{ 'major-tag': 'true', tag: 'v1.4.2' }, 'move-tag contradicts major-tag: true'],
    [{ 'move-tag': 'yes' }, 'move-tag is not a boolean (true True TRUE false False FALSE)'],
  ])('is refused with %j', async (change, problem) => {
    expect(await problemsOf({ ...inputs, ...change })).toEqual([problem]);
  });
});

describe('discussion-category', () => {
  it('starts a discussion on publishing', async () => {
    expect((await read({ 'discussion-category': 'General' })).discussionCategory).toBe('General');
    expect(await problemsOf({ 'discussion-category': 'General', draft: 'true' })).toEqual([
      'discussion-category contradicts draft: true: GitHub starts the discussion on publishing',
    ]);
  });
});

describe('a dry run', () => {
  it('needs no tag', async () => {
    expect((await read({ tag: '', 'dry-run': 'true' })).tag).toBe('');
    expect(await problemsOf({ tag: '' })).toEqual(['tag is required when no tag triggered the run']);
    expect(await problemsOf({ tag: '', 'dry-run': 'false' })).toHaveLength(1);
  });

  it('takes the tag that triggered the run, and reports one that is not valid', async () => {
    const pushed = { GITHUB_REF: 'refs/tags/v2.0.0' };
    expect((await read({ tag: '', 'dry-run': 'true' }, pushed)).tag).toBe('v2.0.0');
    expect((await problemsOf({ tag: 'a b', 'dry-run': 'true' }))[0]).toMatch(/^tag is/);
  });
});
