import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { execa } from 'execa';
import { AdminClient, createOctokit, pullRequestRuleset } from '../../../hub/admin-client.ts';
import { type Hub, startHub } from '../../../hub/index.ts';
import { expectNothingIgnored } from '../ignored-keys.ts';
import { runStep, type StepOptions, type StepResult } from '../step.ts';

const ADMIN_TOKEN = 'the-hub-of-this-test';
export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const CHART = 'apiVersion: v2\r\nname: shop # the name\r\nversion: 1.0.0\r\nappVersion: "1.0.0"\r\n';
export const VALUES = `\ufeff# ünï 🚀\nweb:\n  image:\n    registry: r.example\n    repository: shop/web\n    tag: ''   # shown\n    digest: ""\n`;
export const RELEASED = VALUES.replace("''", "'1.4.2'").replace('""', `"${DIGEST}"`);
export const imagesAt = (version: string): string =>
  JSON.stringify([
    { name: 'shop/web', repository: 'r.example/shop/web', digest: DIGEST, tags: [version, 'sha-0123456789ab'] },
  ]);
export const IMAGES = imagesAt('1.4.2');
export const RELEASE = { charts: 'helm/shop', version: '1.4.2', images: IMAGES };

/** A hub with an account. */
export interface TestHub {
  hub: Hub;
  admin: AdminClient;
  /** The token of `acme`. */
  owner: string;
}

/** For the files of a test. */
export let dir: string;
/** Several, to meet the requests of several runs with faults at a time. */
export let hubs: TestHub[] = [];
/** The first one. */
export let hub: Hub;
export let admin: AdminClient;
let count = 0;

/** Starts hubs before the tests of a file, and clears the faults of the first one before each test. */
export function useHub(number = 1): void {
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'bump-real-'));
    hubs = await Promise.all(Array.from({ length: number }, (_, index) => startTestHub(join(dir, `hub-${index}`))));
    ({ hub, admin } = firstHub());
  });
  afterAll(async () => {
    await Promise.all(hubs.map((started) => started.hub.close()));
    rmSync(dir, { recursive: true, force: true });
  });
  beforeEach(() => admin.clearFaults());
  afterEach(() => expectNothingIgnored(admin));
}

async function startTestHub(dataDir: string): Promise<TestHub> {
  const started = await startHub({ dataDir, adminToken: ADMIN_TOKEN });
  started.admin.createUser('acme');
  return {
    hub: started,
    admin: new AdminClient({ url: started.url, adminToken: ADMIN_TOKEN }),
    owner: started.admin.createToken({ login: 'acme', permissions: 'all' }),
  };
}

function firstHub(): TestHub {
  const [first] = hubs;
  if (first === undefined) throw new Error('no hub runs');
  return first;
}

/** A repository on the hub with a clone of it. */
export class TestRepository {
  readonly name: string;
  readonly directory: string;
  readonly #on: TestHub;

  private constructor(name: string, directory: string, on: TestHub) {
    this.name = name;
    this.directory = directory;
    this.#on = on;
  }

  static async create(
    files: Record<string, string | Uint8Array> = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES },
    on = firstHub(),
  ) {
    const repo = `charts-${++count}`;
    const { hub, owner } = on;
    await createOctokit(hub.url, owner).rest.repos.createForAuthenticatedUser({ name: repo });
    const repository = new TestRepository(`acme/${repo}`, join(dir, repo), on);
    mkdirSync(repository.directory);
    await repository.git('init', '-q', '-b', 'main');
    await repository.git(
      'remote',
      'add',
      'origin',
      `${hub.url.replace('http://', `http://x:${owner}@`)}/acme/${repo}.git`,
    );
    await repository.push(files, 'feat: the start');
    return repository;
  }

  // Never synchronously: the hub that Git connects to runs in this process.
  async git(...args: string[]): Promise<string> {
    const person = [
      '-c',
      'user.name=acme',
      '-c',
      'user.email=acme@users.noreply.github.com',
      '-c',
      'core.autocrlf=false',
    ];
    return (await execa('git', [...person, ...args], { cwd: this.directory })).stdout;
  }

  /** Commits files and pushes them to a branch. */
  async push(files: Record<string, string | Uint8Array>, message: string, branch = 'main'): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.directory, path)), { recursive: true });
      writeFileSync(join(this.directory, path), content);
    }
    await this.git('add', '.');
    await this.git('commit', '-qm', message);
    await this.git('push', '-q', 'origin', `HEAD:refs/heads/${branch}`);
  }

  async fetch(): Promise<void> {
    await this.git('fetch', '-q', '--prune', 'origin');
  }

  /** The exact content of a file on a branch of the hub. */
  async blob(path: string, branch = 'main'): Promise<string> {
    await this.fetch();
    const args = ['cat-file', 'blob', `origin/${branch}:${path}`];
    const { stdout } = await execa('git', args, { cwd: this.directory, encoding: 'buffer', stripFinalNewline: false });
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(stdout);
  }

  async log(branch = 'main'): Promise<string[]> {
    await this.fetch();
    return (await this.git('log', '--format=%s', `origin/${branch}`)).split('\n');
  }

  async changedFiles(branch = 'main'): Promise<string[]> {
    await this.fetch();
    return (await this.git('diff', '--name-only', `origin/${branch}~1`, `origin/${branch}`)).split('\n');
  }

  octokit() {
    const [name = '', repo = ''] = this.name.split('/');
    return { rest: createOctokit(this.#on.hub.url, this.#on.owner).rest, where: { owner: name, repo } };
  }

  /** Allows only pull requests on main, except for these apps. */
  async protect(...bypass: number[]): Promise<void> {
    const { rest, where } = this.octokit();
    await rest.repos.createRepoRuleset({ ...where, ...pullRequestRuleset({ bypassApps: bypass }) });
  }

  jobToken(
    permissions: Record<string, 'read' | 'write'> = { contents: 'write', pull_requests: 'write', issues: 'write' },
  ): string {
    return this.#on.hub.admin.createJobToken(this.name, permissions);
  }

  async step(
    inputs: Record<string, string>,
    env: Record<string, string> = {},
    options: Pick<StepOptions, 'onStart'> = {},
  ): Promise<StepResult> {
    const sha = await this.git('rev-parse', 'HEAD');
    const { hub } = this.#on;
    return runStep({
      ...options,
      action: 'bump-chart-version',
      dir,
      inputs: { token: this.jobToken(), ...inputs },
      env: {
        GITHUB_REPOSITORY: this.name,
        GITHUB_SHA: sha,
        GITHUB_REF: 'refs/heads/main',
        GITHUB_SERVER_URL: hub.url,
        GITHUB_API_URL: hub.apiUrl,
        GITHUB_GRAPHQL_URL: hub.graphqlUrl,
        GITHUB_RUN_ID: '7',
        ...env,
      },
    });
  }

  /** Runs the step. @returns its result, and the requests that the hub served for it */
  async stepWithRequests(inputs: Record<string, string>, env: Record<string, string> = {}) {
    await admin.clearRequests();
    const result = await this.step(inputs, env);
    const requests = await admin.requests();
    return { result, requests: requests.map(({ operation }) => operation) };
  }
}

/** Waits until the hub has applied this number of faults. */
export async function waitForFaults(met: number): Promise<void> {
  for (;;) {
    const faults = await admin.faults();
    if (faults.some((fault) => fault.met >= met)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
