import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { execa } from 'execa';
import { AdminClient, type Api, createOctokit } from '../../../hub/admin-client.ts';
import { type Hub, startHub } from '../../../hub/index.ts';
import { expectNothingIgnored } from '../ignored-keys.ts';
import { runStep, type StepResult } from '../step.ts';

export const OWNER = 'acme';

/** Set by {@link useHub}. */
export let dir: string;
export let hub: Hub;
export let admin: AdminClient;
export let api: Api;
export let token: string;
let repositories = 0;

/** A hub for all tests of a file. */
export function useHub(): void {
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'create-release-'));
    const adminToken = randomBytes(16).toString('hex');
    hub = await startHub({ dataDir: join(dir, 'hub'), adminToken });
    admin = new AdminClient({ url: hub.url, adminToken });
    hub.admin.createUser(OWNER);
    token = hub.admin.createToken({ login: OWNER, permissions: 'all' });
    api = createOctokit(hub.url, token).rest;
  });
  afterEach(() => admin.clearFaults());
  afterEach(() => expectNothingIgnored(admin));
  afterAll(async () => {
    await hub?.close();
    await rm(dir, { recursive: true, force: true });
  });
}

/** How often faults were injected. */
export const injectedFaults = async (): Promise<number> =>
  (await admin.faults()).reduce((sum, { met }) => sum + met, 0);

/** A repository and a workspace for one test, in which the bundle runs as the runner would run it. */
export class Scene {
  readonly where: { owner: string; repo: string };
  readonly workspace: string;

  private constructor(repo: string, workspace: string) {
    this.where = { owner: OWNER, repo };
    this.workspace = workspace;
  }

  static async create(): Promise<Scene> {
    const repo = `shop-${++repositories}`;
    await api.repos.createForAuthenticatedUser({ name: repo });
    return new Scene(repo, await mkdtemp(join(dir, 'workspace-')));
  }

  /** Creates a commit on a branch, in the hub's bare repository: releases only read history. */
  async commit(message: string, branch = 'main'): Promise<string> {
    const ref = `refs/heads/${branch}`;
    const tree = await this.git(['mktree'], '');
    const parent = await this.git(['for-each-ref', '--format=%(objectname)', ref]);
    const sha = await this.git(['commit-tree', tree, ...(parent === '' ? [] : ['-p', parent]), '-m', message]);
    await this.git(['update-ref', ref, sha]);
    return sha;
  }

  private async git(args: readonly string[], input?: string): Promise<string> {
    const author = {
      GIT_AUTHOR_NAME: OWNER,
      GIT_AUTHOR_EMAIL: 'a@acme.test',
      GIT_COMMITTER_NAME: OWNER,
      GIT_COMMITTER_EMAIL: 'a@acme.test',
    };
    const cwd = hub.admin.gitDirectory(`${OWNER}/${this.where.repo}`) ?? '';
    return (await execa('git', args, { cwd, env: author, ...(input === undefined ? {} : { input }) })).stdout;
  }

  async ref(name: string, sha: string): Promise<void> {
    await api.git.createRef({ ...this.where, ref: `refs/${name}`, sha });
  }

  /** Creates a commit and a tag on it. */
  async tag(tag: string, message = `feat: ${tag}`, branch = 'main'): Promise<string> {
    const sha = await this.commit(message, branch);
    await this.ref(`tags/${tag}`, sha);
    return sha;
  }

  async file(name: string, text: string): Promise<void> {
    await writeFile(join(this.workspace, name), text);
  }

  /** @param onStart called with the process as soon as it prints something */
  async run(
    tag: string,
    inputs: Record<string, string> = {},
    { env = {}, onStart }: { env?: Record<string, string>; onStart?: (child: ChildProcess) => void } = {},
  ): Promise<StepResult & { ok: true | string }> {
    const result = await runStep({
      action: 'create-release',
      inputs: { token, ...inputs },
      env: {
        GITHUB_REPOSITORY: `${OWNER}/${this.where.repo}`,
        GITHUB_SHA: '0'.repeat(40),
        GITHUB_REF: `refs/tags/${tag}`,
        GITHUB_API_URL: hub.apiUrl,
        GITHUB_SERVER_URL: hub.url,
        GITHUB_WORKSPACE: this.workspace,
        ...env,
      },
      dir,
      ...(onStart === undefined ? {} : { onOutput: onStart }),
    });
    return { ...result, ok: result.exitCode === 0 ? true : result.log };
  }

  async releases() {
    return (await api.repos.listReleases({ ...this.where, per_page: 100 })).data;
  }

  async only() {
    const all = await this.releases();
    expect(all).toHaveLength(1);
    const [release] = all;
    if (release === undefined) throw new Error('no release exists');
    return release;
  }

  async download(url: string): Promise<string> {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(200);
    return response.text();
  }
}

export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
export const UPLOAD = { operation: 'repos/upload-release-asset' };
export const CREATE = { operation: 'repos/create-release' };
export const PUBLISH = { operation: 'repos/update-release' };

export async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
