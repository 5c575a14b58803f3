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

/** A hub and what tests need of it. */
export interface TestHub {
  hub: Hub;
  admin: AdminClient;
  api: Api;
  /** A token of the owner. */
  token: string;
  /** For the files of steps. */
  dir: string;
}

export async function startTestHub(parent: string): Promise<TestHub> {
  const dir = await mkdtemp(join(parent, 'hub-'));
  const adminToken = randomBytes(16).toString('hex');
  const hub = await startHub({ dataDir: join(dir, 'data'), adminToken });
  hub.admin.createUser(OWNER);
  const token = hub.admin.createToken({ login: OWNER, permissions: 'all' });
  return {
    hub,
    dir,
    token,
    admin: new AdminClient({ url: hub.url, adminToken }),
    api: createOctokit(hub.url, token).rest,
  };
}

/** Set by {@link useHub}. */
export let dir: string;
export let hub: Hub;
export let admin: AdminClient;
export let api: Api;
export let token: string;
let shared: TestHub;
let repositories = 0;

/** A hub for all tests of a file. */
export function useHub(): void {
  beforeAll(async () => {
    shared = await startTestHub(tmpdir());
    ({ hub, admin, api, token, dir } = shared);
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
  readonly lab: TestHub;
  readonly where: { owner: string; repo: string };
  readonly workspace: string;

  private constructor(lab: TestHub, repo: string, workspace: string) {
    this.lab = lab;
    this.where = { owner: OWNER, repo };
    this.workspace = workspace;
  }

  /** @param lab by default the hub of the file */
  static async create(lab = shared): Promise<Scene> {
    const repo = `shop-${++repositories}`;
    await lab.api.repos.createForAuthenticatedUser({ name: repo });
    return new Scene(lab, repo, await mkdtemp(join(lab.dir, 'workspace-')));
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

  /** Runs Git in the hub's bare repository. */
  async git(args: readonly string[], input?: string): Promise<string> {
    const author = {
      GIT_AUTHOR_NAME: OWNER,
      GIT_AUTHOR_EMAIL: 'a@acme.test',
      GIT_COMMITTER_NAME: OWNER,
      GIT_COMMITTER_EMAIL: 'a@acme.test',
    };
    const cwd = this.lab.hub.admin.gitDirectory(`${OWNER}/${this.where.repo}`) ?? '';
    return (await execa('git', args, { cwd, env: author, ...(input === undefined ? {} : { input }) })).stdout;
  }

  async ref(name: string, sha: string): Promise<void> {
    await this.lab.api.git.createRef({ ...this.where, ref: `refs/${name}`, sha });
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

  async run(
    tag: string,
    inputs: Record<string, string> = {},
    { env = {}, onStart }: { env?: Record<string, string>; onStart?: (child: ChildProcess) => void } = {},
  ): Promise<StepResult & { ok: true | string }> {
    const { hub, token, dir } = this.lab;
    const result = await runStep({
      action: 'create-release',
      inputs: { token, ...inputs },
      env: {
        GITHUB_REPOSITORY: `${OWNER}/${this.where.repo}`,
        GITHUB_SHA: '0'.repeat(40),
        GITHUB_REF: `refs/tags/${tag}`,
        GITHUB_API_URL: hub.apiUrl,
        GITHUB_GRAPHQL_URL: hub.graphqlUrl,
        GITHUB_SERVER_URL: hub.url,
        GITHUB_WORKSPACE: this.workspace,
        ...env,
      },
      dir,
      ...(onStart === undefined ? {} : { onStart }),
    });
    return { ...result, ok: result.exitCode === 0 ? true : result.log };
  }

  async releases() {
    return (await this.lab.api.repos.listReleases({ ...this.where, per_page: 100 })).data;
  }

  async only() {
    const all = await this.releases();
    expect(all).toHaveLength(1);
    const [release] = all;
    if (release === undefined) throw new Error('no release exists');
    return release;
  }

  async download(url: string): Promise<string> {
    const response = await fetch(url, { headers: { authorization: `Bearer ${this.lab.token}` } });
    expect(response.status).toBe(200);
    return response.text();
  }
}

/** A release's text without the comments that mark this action's part. */
export const textOf = (body: string | null | undefined): string =>
  (body ?? '').replaceAll(/<!-- create-release: (?:text [0-9a-f]{12}|end of text) -->\n?/g, '').trim();

/** A release without the counts of downloads, which this action's own reading changes. */
export const withoutCounts = <T extends { assets: readonly object[] }>(release: T) => ({
  ...release,
  assets: release.assets.map((asset) => ({ ...asset, download_count: 0 })),
});

export const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
export const UPLOAD = { operation: 'repos/upload-release-asset' };
export const CREATE = { operation: 'repos/create-release' };
export const PUBLISH = { operation: 'repos/update-release' };

export async function waitUntil(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
