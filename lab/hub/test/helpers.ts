import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { AdminClient, createOctokit, type Octokit } from '../admin-client.ts';
import { type Hub, type HubEvent, startHub } from '../index.ts';
import type { Permissions } from '../store/types.ts';

const execute = promisify(execFile);

export const ADMIN = 'admin-token-of-the-test';

export interface TestHub {
  hub: Hub;
  admin: AdminClient;
  dataDir: string;
  events: HubEvent[];
  /** A token of `alice`, who owns `alice/shop`. */
  alice: string;
  octokit(token: string): Octokit;
  close(): Promise<void>;
}

/** Starts a hub with the account `alice` and, by default, her empty repository `shop`. */
export async function startTestHub(options: { repository?: boolean } = {}): Promise<TestHub> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-test-'));
  const events: HubEvent[] = [];
  const hub = await startHub({ dataDir, adminToken: ADMIN, onEvent: (event) => events.push(event) });
  hub.admin.createUser('alice');
  const alice = hub.admin.createToken({ login: 'alice', permissions: 'all' });
  const octokit = (token: string): Octokit => createOctokit(hub.url, token);
  if (options.repository !== false) await octokit(alice).rest.repos.createForAuthenticatedUser({ name: 'shop' });
  const close = async (): Promise<void> => {
    await hub.close();
    await rm(dataDir, { recursive: true, force: true });
  };
  const admin = new AdminClient({ url: hub.url, adminToken: ADMIN });
  return { hub, admin, dataDir, events, alice, octokit, close };
}

export const SHOP = { owner: 'alice', repo: 'shop' } as const;

export class WorkTree {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Creates an empty work tree on branch `main` with the hub's repository as `origin`. */
  static async create(url: string, token: string, name = 'alice/shop'): Promise<WorkTree> {
    const tree = new WorkTree(await mkdtemp(join(tmpdir(), 'hub-work-')));
    await tree.git('init', '--quiet', '--initial-branch=main');
    await tree.git('remote', 'add', 'origin', `${url.replace('://', `://x-access-token:${token}@`)}/${name}.git`);
    return tree;
  }

  async git(...args: string[]): Promise<string> {
    const { stdout } = await execute('git', ['-C', this.directory, ...args], {
      env: {
        PATH: process.env.PATH,
        HOME: this.directory,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_TERMINAL_PROMPT: '0',
        GIT_AUTHOR_NAME: 'alice',
        GIT_AUTHOR_EMAIL: 'alice@users.noreply.github.com',
        GIT_COMMITTER_NAME: 'alice',
        GIT_COMMITTER_EMAIL: 'alice@users.noreply.github.com',
      },
    });
    return stdout.trim();
  }

  /** Runs a command that must fail. @returns what Git prints */
  async expectFailure(...args: string[]): Promise<string> {
    const error = await this.git(...args).then(
      () => undefined,
      (failure: { stderr: string }) => failure,
    );
    if (!error) throw new Error(`git ${args.join(' ')} did not fail`);
    return error.stderr;
  }

  async commit(files: Record<string, string>, message: string): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.directory, path)), { recursive: true });
      await writeFile(join(this.directory, path), text);
    }
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

/** Starts a hub whose `alice/shop` has one commit on main. */
export async function startWithCommit(): Promise<TestHub & { work: WorkTree; first: string }> {
  const test = await startTestHub();
  const work = await WorkTree.create(test.hub.url, test.alice);
  await work.commit({ 'README.md': '# shop\n', 'run.sh': '#!/bin/sh\n' }, 'chore: begin');
  await chmod(join(work.directory, 'run.sh'), 0o755);
  await work.git('commit', '--quiet', '--all', '--amend', '--no-edit');
  await work.git('push', '--quiet', 'origin', 'main');
  const close = async (): Promise<void> => {
    await work.remove();
    await test.close();
  };
  return { ...test, work, first: await work.git('rev-parse', 'HEAD'), close };
}

/** Commits files to the main branch of `alice/shop` through GraphQL. @returns the commit's id */
export async function commitOnMain(
  { url, token }: { url: string; token: string },
  expectedHeadOid: string,
  files: Record<string, string>,
): Promise<string> {
  const { createCommitOnBranch } = await createOctokit(url, token).graphql<{
    createCommitOnBranch: { commit: { oid: string } };
  }>('mutation ($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) { commit { oid } } }', {
    input: {
      branch: { repositoryNameWithOwner: 'alice/shop', branchName: 'main' },
      message: { headline: 'chore: commit' },
      expectedHeadOid,
      fileChanges: {
        additions: Object.entries(files).map(([path, text]) => ({
          path,
          contents: Buffer.from(text).toString('base64'),
        })),
      },
    },
  });
  return createCommitOnBranch.commit.oid;
}

export interface Failure {
  status: number;
  message: string;
  /** Of the fields. */
  errors?: unknown;
  documentation?: string | undefined;
}

/** Waits for a call that must fail. @returns its response */
export async function expectFailure(call: Promise<unknown>): Promise<Failure> {
  const failure = await call.then(
    () => undefined,
    (error: {
      status: number;
      response?: { data?: { message?: string; errors?: unknown; documentation_url?: string } };
      message: string;
    }) => error,
  );
  if (!failure) throw new Error('the call did not fail');
  const data = failure.response?.data;
  return {
    status: failure.status,
    message: data?.message ?? failure.message,
    errors: data?.errors,
    documentation: data?.documentation_url,
  };
}

/** Creates a bot and a token for `alice/shop`. */
export function createBotToken(
  hub: Hub,
  permissions: Permissions,
  login = 'release-bot[bot]',
): { token: string; id: number } {
  const { id } = hub.admin.createUser(login, 'Bot');
  return { id, token: hub.admin.createToken({ login, permissions, repositories: ['alice/shop'] }) };
}
