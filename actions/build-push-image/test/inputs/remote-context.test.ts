import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { assertPathsUnchanged } from '../../src/buildx/checked-paths.ts';
import { findUnpinnedContexts, formatUnpinnedContexts } from '../../src/inputs/unpinned-contexts.ts';
import { problemsOf, read, readImage, useWorkspace, workspace } from './read-inputs.ts';

useWorkspace();

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const imageOf = (context: string, rest = '') => `{ name: web, context: ${JSON.stringify(context)}${rest} }`;

/** Run `work` while the workspace has this directory. */
async function withDirectory(name: string, work: () => Promise<void>): Promise<void> {
  mkdirSync(join(workspace, name));
  try {
    await work();
  } finally {
    rmSync(join(workspace, name), { recursive: true });
  }
}

describe('a remote context', () => {
  it.each([
    'https://github.com/org/repo.git',
    'https://github.com/org/repo.git#main:app/web',
    'https://github.com/org/repo.git#:app/web',
    'https://github.com/org/repo.git?branch=main&subdir=app',
    'git@github.com:org/repo.git#main',
    'git@github.com:org/repo.git#100%:%2e%2e',
    'ssh://git@github.com/org/repo.git',
    'git://git.example.com/repo',
    'http://files.example.com:8080/context.tar.gz',
  ])('is passed on as it is: %s', async (context) => {
    expect(await readImage(imageOf(context))).toMatchObject({ context, file: 'Dockerfile' });
  });

  it('has its Dockerfile inside, whatever the workspace has', async () => {
    const context = 'https://github.com/org/repo.git';
    expect(await readImage(imageOf(context, ', file: web/Dockerfile.prod'))).toMatchObject({
      context,
      file: 'web/Dockerfile.prod',
    });
  });

  it.each([
    ['https://', 'is not a valid URL'],
    ['https://host:port/a.git', 'is not a valid URL'],
    ['https://host/a b.git', 'is not a valid URL'],
    ['ssh:///a.git', 'is not a valid URL'],
    ['https://github.com/org/repo#main', 'names a reference, but its path does not end in .git'],
    ['git@github.com:', 'names no repository'],
    ['https://github.com/org/repo.git#main:../other', 'leaves its repository with ..'],
    ['https://github.com/org/repo.git?subdir=../other', 'leaves its repository with ..'],
    ['https://github.com/org/repo.git#main:%2e%2e/other', 'leaves its repository with ..'],
    ['https://github.com/org/repo.git#main%3A..', 'leaves its repository with ..'],
    ['https://github.com/org/a%zz.git', 'is not a valid URL'],
    ['https://github.com/org/repo.git#100%', 'is not a valid URL'],
    ['git@my_host:org/repo.git', 'does not exist'],
    ['ftp://host/a.tar', 'does not exist'],
    ['HTTPS://host/a.tar', 'does not exist'],
  ])('that cannot be used is a problem: %s', async (context, problem) => {
    expect(await problemsOf({ images: imageOf(context) })).toMatchObject([
      { problem: `has a context that ${problem}` },
    ]);
  });

  it.each([
    'https://user:hunter2@github.com/org/repo.git',
    'https://hunter2@github.com/org/repo.git',
    'https://user:hunter2/x@github.com/org/repo.git',
    'ssh://git:hunter2@github.com/org/repo.git',
    'HTTPS://user:hunter2@host/a.tar',
  ])('with a login is a problem that does not show it: %s', async (context) => {
    for (const problems of [
      await problemsOf({ images: imageOf(context) }),
      await problemsOf({ 'build-contexts': `other=${context}` }),
      await problemsOf({ 'extra-args': `--build-context=other=${context}` }),
    ]) {
      expect(problems).toHaveLength(1);
      expect(JSON.stringify(problems)).not.toContain('hunter2');
    }
  });

  it('names the secret to use in place of a login', async () => {
    const [problem] = await problemsOf({ images: imageOf('https://token@github.com/org/repo.git') });
    expect(problem?.problem).toContain('GIT_AUTH_TOKEN');
  });

  it.each([
    '/etc/passwd',
    '../Dockerfile',
    'a/../../Dockerfile',
    '-',
    'https://example.com/Dockerfile',
    'C:\\Dockerfile',
  ])('has no Dockerfile elsewhere: %s', async (file) => {
    const images = imageOf('https://github.com/org/repo.git', `, file: ${JSON.stringify(file)}`);
    expect(await problemsOf({ images })).toMatchObject([
      { problem: 'has a Dockerfile that is not inside its remote context' },
    ]);
  });

  it.each([
    ['https://github.com/org/repo.git', 'https:'],
    ['git@github.com:org/repo.git', 'git@github.com:org'],
  ])('is not replaced by a directory of the workspace: %s', async (context, directory) => {
    await withDirectory(directory, async () => {
      expect(await problemsOf({ images: imageOf(context) })).toMatchObject([
        { problem: `has a context that would be taken from the workspace, which has an entry named ${directory}` },
      ]);
    });
    const image = await readImage(imageOf(context));
    const check = () => assertPathsUnchanged({ context: '', file: '', secrets: [], ...image }, { workspace });
    await check();
    await withDirectory(directory, async () => {
      await expect(check()).rejects.toThrow(`${directory} would be used in place of a remote context`);
    });
  });

  it('is not looked at when nothing is built', async () => {
    const context = 'https://github.com/org/repo.git';
    const inputs = { 'promote-from': 'staging.example.com', promote: 'require' };
    expect(await readImage(imageOf(context), inputs)).toMatchObject({ context, file: 'Dockerfile' });
  });
});

describe('contexts without a commit', () => {
  const unpinned = async (context: string, inputs = {}) =>
    findUnpinnedContexts(await read({ images: imageOf(context), ...inputs }));

  it.each([
    'https://github.com/org/repo.git',
    'https://github.com/org/repo.git#main',
    'https://github.com/org/repo.git#v1.2.3:app',
    'https://github.com/org/repo.git#0123456',
    `https://github.com/org/repo.git#main:${COMMIT}`,
    'git@github.com:org/repo.git#main',
    `https://example.com/${COMMIT}.tar.gz`,
  ])('are named in a warning: %s', async (context) => {
    expect(await unpinned(context)).toEqual([context]);
    expect(formatUnpinnedContexts([context])).toContain(`another image: ${context}. Name a commit`);
  });

  it.each([
    `https://github.com/org/repo.git#${COMMIT}`,
    `https://github.com/org/repo.git#${COMMIT}:app`,
    `https://github.com/org/repo.git?branch=main&checksum=${COMMIT}`,
    `https://github.com/org/repo.git#${COMMIT}%3Aapp`,
    `git@github.com:org/repo.git#${COMMIT}`,
    `git@github.com:org/repo.git?ref=${COMMIT}#:app`,
    'web',
  ])('do not include %s', async (context) => {
    expect(await unpinned(context)).toEqual([]);
  });

  it('include other build contexts, each once', async () => {
    const inputs = { 'build-contexts': 'a=https://example.com/a.git\nb=https://example.com/a.git\nc=api' };
    expect(await unpinned('web', inputs)).toEqual(['https://example.com/a.git']);
  });

  it.each([{ reproducible: 'false' }, { 'promote-from': 'staging.example.com', promote: 'require' }])(
    'give no warning with %j',
    async (inputs) => {
      expect(await unpinned('https://github.com/org/repo.git', inputs)).toEqual([]);
    },
  );
});
