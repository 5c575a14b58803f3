import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Api, createOctokit } from '../../../hub/admin-client.ts';
import { type Hub, startHub } from '../../../hub/index.ts';
import { runStep, type StepResult } from '../step.ts';
import { textOf } from './scene.ts';

const OWNER = 'acme';
const SECRET = 'a-secret-of-the-runner';

let dir: string;
let hub: Hub;
let api: Api;
let token: string;
let workspace: string;
let repo: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'create-release-links-'));
  hub = await startHub({ dataDir: join(dir, 'hub'), adminToken: randomBytes(16).toString('hex') });
  hub.admin.createUser(OWNER);
  token = hub.admin.createToken({ login: OWNER, permissions: 'all' });
  api = createOctokit(hub.url, token).rest;
  await mkdir(join(dir, 'home/.docker'), { recursive: true });
  await writeFile(join(dir, 'home/.docker/config.json'), SECRET);
});
afterAll(async () => {
  await hub?.close();
  await rm(dir, { recursive: true, force: true });
});

beforeEach(async () => {
  repo = `shop-${randomBytes(4).toString('hex')}`;
  await api.repos.createForAuthenticatedUser({ name: repo });
  const sha = commit(hub.admin.gitDirectory(`${OWNER}/${repo}`) ?? '');
  await api.git.createRef({ owner: OWNER, repo, ref: 'refs/tags/v1.2.3', sha });
  workspace = await mkdtemp(join(dir, 'workspace-'));
  for (const directory of ['dist', 'docs', '.git']) await mkdir(join(workspace, directory));
  await writeFile(join(workspace, '.git/config'), SECRET);
  await writeFile(join(workspace, 'docs/notes.md'), 'The notes');
  await writeFile(join(workspace, 'dist/shop.tgz'), 'the shop');
});

/** Creates an empty commit on main, in a bare repository. */
function commit(cwd: string): string {
  const env = { PATH: process.env.PATH, GIT_AUTHOR_NAME: OWNER, GIT_AUTHOR_EMAIL: 'a@acme.test' };
  const git = (args: readonly string[]): string =>
    execFileSync('git', args, {
      cwd,
      env: { ...env, GIT_COMMITTER_NAME: OWNER, GIT_COMMITTER_EMAIL: 'a@acme.test' },
      input: '',
      encoding: 'utf8',
    }).trim();
  const sha = git(['commit-tree', git(['mktree']), '-m', 'feat: a shop']);
  git(['update-ref', 'refs/heads/main', sha]);
  return sha;
}

const run = (inputs: Record<string, string>): Promise<StepResult> =>
  runStep({
    action: 'create-release',
    inputs: { token, tag: 'v1.2.3', notes: 'none', ...inputs },
    env: {
      GITHUB_REPOSITORY: `${OWNER}/${repo}`,
      GITHUB_SHA: '0'.repeat(40),
      GITHUB_API_URL: hub.apiUrl,
      GITHUB_SERVER_URL: hub.url,
      GITHUB_WORKSPACE: workspace,
    },
    dir,
  });
const releases = async () => (await api.repos.listReleases({ owner: OWNER, repo })).data;

describe('create-release, in a repository with links', () => {
  it.each([
    ['/proc/self/environ', 'body-path leads out of the workspace (a link)'],
    ['../home/.docker/config.json', 'body-path leads out of the workspace (a link)'],
    ['.git/config', 'body-path leads into .git (a link)'],
    ['docs/none.md', 'body-path is a broken link'],
  ])('publishes nothing when body-path is a link to %s', async (target, problem) => {
    await symlink(target, join(workspace, 'RELEASE_NOTES.md'));
    const { exitCode, log } = await run({ 'body-path': 'RELEASE_NOTES.md' });
    expect(exitCode).toBe(1);
    expect(log).toContain(problem);
    for (const text of [token, SECRET, dir]) expect(log).not.toContain(text);
    expect(await releases()).toEqual([]);
  });

  it.each([
    ['app.json', '../../home/.docker/config.json', 'leads out of the workspace (a link)'],
    ['home', '../../home', 'leads out of the workspace (a link)'],
    ['git.txt', '../.git/config', 'leads into .git (a link)'],
  ])('attaches nothing when dist/%s is a link to %s', async (name, target, problem) => {
    await symlink(target, join(workspace, 'dist', name));
    const { exitCode, log } = await run({ files: 'dist/*' });
    expect(exitCode).toBe(1);
    expect(log).toContain(`matches dist/${name}, which ${problem}`);
    for (const text of [SECRET, dir]) expect(log).not.toContain(text);
    expect(await releases()).toEqual([]);
  });

  it('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(workspace, 'dist/pipe')]);
    const { exitCode, log } = await run({ files: 'dist/*', 'body-path': 'dist/pipe' });
    expect(exitCode).toBe(1);
    expect(log).toContain('body-path is neither a file nor a directory');
    expect(log).toContain('matches dist/pipe, which is neither a file nor a directory');
  }, 60_000);

  it('follows links that stay in the workspace', async () => {
    await symlink('docs/notes.md', join(workspace, 'RELEASE_NOTES.md'));
    await symlink('shop.tgz', join(workspace, 'dist/shop-latest.tgz'));
    await symlink('dist', join(workspace, 'out'));
    const result = await run({ 'body-path': 'RELEASE_NOTES.md', files: 'out/*', checksums: 'false' });
    expect(result.exitCode === 0 ? '' : result.log).toBe('');
    const [release] = await releases();
    expect(release?.draft).toBe(false);
    expect(textOf(release?.body)).toBe('The notes');
    // In any order, because files are uploaded concurrently.
    expect(release?.assets.map(({ name, size }) => [name, size]).sort()).toEqual([
      ['shop-latest.tgz', 8],
      ['shop.tgz', 8],
    ]);
  });
});
