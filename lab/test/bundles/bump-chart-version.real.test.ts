import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { type FaultRequest, type Hub, type LoggedRequest, startHub } from '../../hub/index.ts';
import { runStep, type StepResult } from './step.ts';

const ADMIN_TOKEN = 'the-hub-of-this-test';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const CHART = 'apiVersion: v2\r\nname: shop # the name\r\nversion: 1.0.0\r\nappVersion: "1.0.0"\r\n';
const VALUES = `\ufeff# ünï 🚀\nweb:\n  image:\n    registry: r.example\n    repository: shop/web\n    tag: ''   # shown\n    digest: ""\n`;
const RELEASED = VALUES.replace("''", "'1.4.2'").replace('""', `"${DIGEST}"`);
const imagesAt = (version: string): string =>
  JSON.stringify([
    { name: 'shop/web', repository: 'r.example/shop/web', digest: DIGEST, tags: [version, 'sha-0123456789ab'] },
  ]);
const IMAGES = imagesAt('1.4.2');
const RELEASE = { charts: 'helm/shop', version: '1.4.2', images: IMAGES };

let dir: string;
let hub: Hub;
let owner: string;
let count = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bump-real-'));
  hub = await startHub({ dataDir: join(dir, 'hub'), adminToken: ADMIN_TOKEN });
  hub.admin.createUser('acme');
  owner = hub.admin.createToken({ login: 'acme', permissions: 'all' });
});
afterAll(async () => {
  await hub?.close();
  rmSync(dir, { recursive: true, force: true });
});
beforeEach(() => lab('DELETE', 'faults'));

async function lab(method: string, path: string, body?: object): Promise<Response> {
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  return fetch(`${hub.url}/_lab/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const fault = (request: FaultRequest): Promise<Response> => lab('POST', 'faults', request);

/** A repository on the hub with a clone of it. */
class TestRepository {
  readonly name: string;
  readonly directory: string;

  private constructor(name: string, directory: string) {
    this.name = name;
    this.directory = directory;
  }

  static async create(
    files: Record<string, string | Uint8Array> = { 'helm/shop/Chart.yaml': CHART, 'helm/shop/values.yaml': VALUES },
  ) {
    const repo = `charts-${++count}`;
    await getOctokit(owner, { baseUrl: hub.apiUrl }).rest.repos.createForAuthenticatedUser({ name: repo });
    const repository = new TestRepository(`acme/${repo}`, join(dir, repo));
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

  // Never wait for Git in place: the hub that it talks to lives in this process.
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

  /** Commit files and push them to a branch. */
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
    return { rest: getOctokit(owner, { baseUrl: hub.apiUrl }).rest, where: { owner: name, repo } };
  }

  /** Let main take pull requests only, but for these apps. */
  async protect(...bypass: number[]): Promise<void> {
    const { rest, where } = this.octokit();
    await rest.repos.createRepoRuleset({
      ...where,
      name: 'main',
      target: 'branch',
      enforcement: 'active',
      conditions: { ref_name: { include: ['~DEFAULT_BRANCH'], exclude: [] } },
      bypass_actors: bypass.map((actor_id) => ({ actor_id, actor_type: 'Integration', bypass_mode: 'always' })),
      rules: [
        {
          type: 'pull_request',
          parameters: {
            dismiss_stale_reviews_on_push: false,
            require_code_owner_review: false,
            require_last_push_approval: false,
            required_approving_review_count: 0,
            required_review_thread_resolution: false,
          },
        },
      ],
    });
  }

  jobToken(
    permissions: Record<string, 'read' | 'write'> = { contents: 'write', pull_requests: 'write', issues: 'write' },
  ): string {
    return hub.admin.createJobToken(this.name, permissions);
  }

  async step(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<StepResult> {
    const sha = await this.git('rev-parse', 'HEAD');
    return runStep({
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

  /** The step, and the requests that the hub served meanwhile. */
  async counted(inputs: Record<string, string>, env: Record<string, string> = {}) {
    await lab('DELETE', 'requests');
    const result = await this.step(inputs, env);
    const requests = (await (await lab('GET', 'requests')).json()) as LoggedRequest[];
    return {
      result,
      requests: requests.filter(({ path }) => !path.startsWith('/_lab')).map(({ operation }) => operation),
    };
  }
}

describe('the quiet path', () => {
  it('takes two requests and makes one verified commit that changes the named bytes alone', async () => {
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': VALUES,
      'helm/shop/templates/x.yaml': 'a:   b\n',
    });
    const { result, requests } = await repository.counted(RELEASE);
    expect(result).toMatchObject({ exitCode: 0 });
    expect(requests).toEqual(['graphql', 'graphql']);
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
    expect(await repository.blob('helm/shop/values.yaml')).toBe(RELEASED);
    expect(await repository.changedFiles()).toEqual(['helm/shop/Chart.yaml', 'helm/shop/values.yaml']);
    expect(await repository.log()).toEqual(['chore(release): shop 1.4.2', 'feat: the start']);
    const { rest, where } = repository.octokit();
    const { data } = await rest.repos.getCommit({ ...where, ref: 'main' });
    expect(data.commit.verification).toMatchObject({ verified: true });
    expect(data.commit.message).toContain(`\nImage: r.example/shop/web:1.4.2@${DIGEST} (was unset)\n`);
    expect(result.outputs).toMatchObject({
      changed: 'true',
      commit: data.sha,
      verified: 'true',
      branch: 'main',
      'chart-version': '1.4.2',
      'previous-chart-version': '1.0.0',
      'app-version': '1.4.2',
      files: '["helm/shop/values.yaml","helm/shop/Chart.yaml"]',
      attempts: '1',
    });
    await repository.git('checkout', '-q', 'origin/main~1');
    writeFileSync(join(dir, 'change.diff'), `${result.outputs.diff}\n`);
    await repository.git('apply', '--whitespace=nowarn', join(dir, 'change.diff'));
    expect(await repository.git('diff', '--stat', 'origin/main')).toBe('');
  });

  it('changes nothing the second time, and an older tag changes nothing after a newer one', async () => {
    const repository = await TestRepository.create();
    await repository.step(RELEASE);
    const { result, requests } = await repository.counted(RELEASE);
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'false', commit: '', 'chart-version': '1.4.2' } });
    expect(requests).toEqual(['graphql']);
    const older = await repository.step({ ...RELEASE, version: 'auto' }, { GITHUB_REF: 'refs/tags/v1.4.1' });
    expect(older).toMatchObject({ exitCode: 0, outputs: { changed: 'false', 'chart-version': '1.4.2' } });
    expect(older.log).toContain('helm/shop is at 1.4.2, which is newer than 1.4.1');
    expect(await repository.log()).toHaveLength(2);
  });

  it('keeps modes, odd paths, another branch and files beyond the size that the API shows as text', async () => {
    const chart = "helm/odd $(path) 'ü";
    const big = `${VALUES}${`# ${'x'.repeat(98)}\n`.repeat(7000)}`;
    const repository = await TestRepository.create();
    mkdirSync(join(repository.directory, chart), { recursive: true });
    writeFileSync(join(repository.directory, chart, 'values.yaml'), big);
    chmodSync(join(repository.directory, chart, 'values.yaml'), 0o755);
    await repository.push({ [`${chart}/Chart.yaml`]: CHART }, 'feat: odd', 'release/#1-ü');
    const result = await repository.step({ ...RELEASE, charts: chart, branch: 'release/#1-ü' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', branch: 'release/#1-ü' } });
    expect(await repository.blob(`${chart}/values.yaml`, 'release/#1-ü')).toBe(big.replace(VALUES, RELEASED));
    expect(await repository.git('ls-tree', '-z', 'origin/release/#1-ü', `${chart}/values.yaml`)).toMatch(/^100755 /);
    expect(await repository.log()).toHaveLength(1);
  });

  it('changes nothing in a dry run, and shows the change', async () => {
    const repository = await TestRepository.create();
    const { result, requests } = await repository.counted({ ...RELEASE, 'dry-run': 'true' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', commit: '' } });
    expect(result.outputs.diff).toContain("+    tag: '1.4.2'   # shown");
    expect(result.summary).toContain('| File | Value | Old | New |');
    expect(requests).toEqual(['graphql']);
    expect(await repository.log()).toHaveLength(1);
  });
});

describe('trouble', () => {
  it('of six runs at once: all land, each once', async () => {
    const charts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const files = charts.flatMap((name) => [
      [`${name}/Chart.yaml`, CHART.replace('shop', name)],
      [`${name}/values.yaml`, VALUES],
    ]);
    const repository = await TestRepository.create(Object.fromEntries(files));
    const results = await Promise.all(charts.map((name) => repository.step({ ...RELEASE, charts: name })));
    expect(results.map(({ exitCode, outputs }) => [exitCode, outputs.changed])).toEqual(charts.map(() => [0, 'true']));
    expect((await repository.log()).sort()).toEqual([
      ...charts.map((name) => `chore(release): ${name} 1.4.2`),
      'feat: the start',
    ]);
    for (const name of charts) expect(await repository.blob(`${name}/values.yaml`)).toBe(RELEASED);
    expect(new Set(results.map(({ outputs }) => outputs.commit)).size).toBe(6);
  });

  it('of a push between reading and committing: both changes are there', async () => {
    const repository = await TestRepository.create();
    await fault({ match: { operation: 'graphql' }, after: 1, times: 1, fault: { delayMs: 8000 } });
    const running = repository.step(RELEASE);
    await seen(1);
    await repository.push({ 'helm/shop/values.yaml': VALUES.replace('# ünï', '# moved ünï') }, 'fix: theirs');
    const result = await running;
    expect(result).toMatchObject({ exitCode: 0, outputs: { changed: 'true', attempts: '2' } });
    expect(await repository.log()).toEqual(['chore(release): shop 1.4.2', 'fix: theirs', 'feat: the start']);
    expect(await repository.blob('helm/shop/values.yaml')).toBe(RELEASED.replace('# ünï', '# moved ünï'));
  });

  it.each<[string, FaultRequest['fault'], number]>([
    ['a lost answer', 'lost-response', 2],
    ['a reset connection', 'reset', 2],
    ['a failing server', { status: 502, body: { message: 'Bad Gateway' } }, 2],
    [
      'a secondary rate limit',
      { status: 403, headers: { 'retry-after': '1' }, body: { message: 'You have exceeded a secondary rate limit' } },
      2,
    ],
  ])('of %s at the commit: one commit, and its outputs', async (_, kind, attempts) => {
    const repository = await TestRepository.create();
    await fault({ match: { operation: 'graphql' }, after: 1, times: 1, fault: kind });
    const result = await repository.step(RELEASE);
    await repository.fetch();
    expect(result).toMatchObject({
      exitCode: 0,
      outputs: {
        changed: 'true',
        verified: 'true',
        attempts: String(attempts),
        commit: await repository.git('rev-parse', 'origin/main'),
      },
    });
    expect(await repository.log()).toEqual(['chore(release): shop 1.4.2', 'feat: the start']);
  });

  it('of a rate limit without end in sight: it ends at once and names the time', async () => {
    const repository = await TestRepository.create();
    const limit = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600) };
    const body = { message: 'API rate limit exceeded' };
    await fault({ match: { operation: 'graphql' }, after: 1, fault: { status: 403, headers: limit, body } });
    const result = await repository.step(RELEASE);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("committing to main hit the server's rate limit");
    expect(result.log).toMatch(/asks to wait 3[56]\d\d s, until \d{4}-/);
  });

  it('of a reset connection while reading is repeated', async () => {
    const repository = await TestRepository.create();
    await fault({ match: { operation: 'graphql' }, times: 2, fault: 'reset' });
    expect(await repository.step(RELEASE)).toMatchObject({ exitCode: 0, outputs: { attempts: '1' } });
  });
});

/** Wait until the hub has met as many faults. */
async function seen(met: number): Promise<void> {
  for (;;) {
    const faults = (await (await lab('GET', 'faults')).json()) as { met: number }[];
    if (faults.some((each) => each.met >= met)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('a protected main', () => {
  it('lets an app on the bypass list commit, and tells others the narrow way in', async () => {
    const bot = hub.admin.createUser('release[bot]', 'Bot');
    const repository = await TestRepository.create();
    await repository.protect(bot.id);
    const { result, requests } = await repository.counted(RELEASE);
    expect(result.exitCode).toBe(1);
    expect(result.log).toContain("committing to main violates the branch's rules");
    expect(result.log).toContain('Changes must be made through a pull request.');
    expect(result.log).toContain('bypass actor');
    expect(result.log).toContain('mode: pull-request');
    expect(requests).toEqual(['graphql', 'graphql']);
    expect(await repository.log()).toHaveLength(1);
    const token = hub.admin.createToken({
      login: 'release[bot]',
      permissions: { contents: 'write' },
      repositories: [repository.name],
    });
    expect(await repository.step({ ...RELEASE, token })).toMatchObject({ exitCode: 0, outputs: { verified: 'true' } });
    expect(await repository.log()).toHaveLength(2);
  });

  it('gets a pull request, one for these charts, that is kept up to date', async () => {
    const repository = await TestRepository.create();
    await repository.protect();
    const { rest, where } = repository.octokit();
    const inputs = { ...RELEASE, mode: 'pull-request', 'pull-request-labels': 'release' };
    const first = await repository.step(inputs);
    expect(first).toMatchObject({ exitCode: 0, outputs: { changed: 'true', verified: 'true', 'pull-request': '1' } });
    const branch = first.outputs.branch ?? '';
    expect(await repository.blob('helm/shop/values.yaml', branch)).toBe(RELEASED);
    const again = await repository.step(inputs);
    expect(again.outputs).toMatchObject({ commit: first.outputs.commit, 'pull-request': '1' });
    const next = await repository.step({ ...inputs, version: '1.5.0' });
    expect(next).toMatchObject({ exitCode: 0, outputs: { 'pull-request': '1', branch } });
    const { data: pulls } = await rest.pulls.list({ ...where, state: 'all' });
    expect(pulls.map(({ title, state, labels }) => [title, state, labels.map(({ name }) => name)])).toEqual([
      ['chore(release): shop 1.5.0', 'open', ['release']],
    ]);
    expect(await repository.log(branch)).toEqual(['chore(release): shop 1.5.0', 'feat: the start']);
    const { data: branches } = await rest.repos.listBranches(where);
    expect(branches.map(({ name }) => name).sort()).toEqual([branch, 'main'].sort());
    await rest.repos.update({ ...where, allow_auto_merge: true });
    expect(await repository.step({ ...inputs, version: '1.5.0', 'auto-merge': 'squash' })).toMatchObject({
      exitCode: 0,
    });
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.5.0'));
  });

  it('keeps what a reviewer commits to its branch, through two more releases', async () => {
    const repository = await TestRepository.create({
      'helm/shop/Chart.yaml': CHART,
      'helm/shop/values.yaml': `${VALUES}replicas: 1\n`,
    });
    const propose = (version: string): Promise<StepResult> =>
      repository.step({ charts: 'helm/shop', version, images: imagesAt(version), mode: 'pull-request' });
    const { branch = '' } = (await propose('1.4.2')).outputs;
    await repository.fetch();
    await repository.git('checkout', '-q', `origin/${branch}`);
    const proposed = await repository.blob('helm/shop/values.yaml', branch);
    const theirs = {
      'helm/shop/values.yaml': proposed.replace('replicas: 1', 'replicas: 3'),
      'helm/README.md': 'why\n',
    };
    await repository.push(theirs, 'fix: by hand', branch);
    for (const version of ['1.4.3', '1.4.4']) {
      expect(await propose(version)).toMatchObject({ exitCode: 0, outputs: { changed: 'true', 'pull-request': '1' } });
    }
    expect(await repository.log(branch)).toEqual([
      'chore(release): shop 1.4.4',
      'chore(release): shop 1.4.3',
      'fix: by hand',
      'chore(release): shop 1.4.2',
      'feat: the start',
    ]);
    expect(await repository.blob('helm/shop/values.yaml', branch)).toBe(
      theirs['helm/shop/values.yaml'].replace('1.4.2', '1.4.4'),
    );
    expect(await repository.blob('helm/README.md', branch)).toBe('why\n');
  });

  it('is left alone by an older run, until it is closed', async () => {
    const repository = await TestRepository.create();
    const { rest, where } = repository.octokit();
    const propose = (version: string): Promise<StepResult> =>
      repository.step({ ...RELEASE, version, mode: 'pull-request' });
    const { branch = '', commit = '' } = (await propose('1.4.3')).outputs;
    const older = await propose('1.4.2');
    expect(older).toMatchObject({ exitCode: 0, outputs: { changed: 'false', commit: '', 'chart-version': '1.4.3' } });
    expect(older.log).toContain(`on the branch ${branch}, helm/shop is at 1.4.3, which is newer than 1.4.2`);
    await repository.fetch();
    expect(await repository.git('rev-parse', `origin/${branch}`)).toBe(commit);
    expect((await rest.pulls.get({ ...where, pull_number: 1 })).data.title).toBe('chore(release): shop 1.4.3');
    await rest.pulls.update({ ...where, pull_number: 1, state: 'closed' });
    expect(await propose('1.4.2')).toMatchObject({ exitCode: 0, outputs: { changed: 'true', 'pull-request': '2' } });
    expect(await repository.log(branch)).toEqual(['chore(release): shop 1.4.2', 'feat: the start']);
  });

  it.each<[string, FaultRequest['fault']]>([
    ['a failing server', { status: 502, body: { message: 'Bad Gateway' } }],
    ['a lost answer', 'lost-response'],
  ])('is set to merge in spite of %s', async (_, kind) => {
    const repository = await TestRepository.create();
    await repository.protect();
    const { rest, where } = repository.octokit();
    await rest.repos.update({ ...where, allow_auto_merge: true });
    const inputs = { ...RELEASE, mode: 'pull-request' };
    await repository.step(inputs);
    // The base, the proposal, its files, whether it will merge: then the request that is meant.
    await fault({ match: { operation: 'graphql' }, after: 4, times: 1, fault: kind });
    expect(await repository.step({ ...inputs, 'auto-merge': 'squash' })).toMatchObject({ exitCode: 0 });
    expect(await (await lab('GET', 'faults')).json()).toMatchObject([{ met: 1 }]);
    expect(await repository.blob('helm/shop/Chart.yaml')).toBe(CHART.replaceAll('1.0.0', '1.4.2'));
  });

  it('tells which step failed when the server fails for good', async () => {
    const repository = await TestRepository.create();
    const inputs = { ...RELEASE, mode: 'pull-request' };
    await repository.step(inputs);
    await fault({
      match: { operation: 'graphql' },
      after: 4,
      fault: { status: 502, body: { message: 'Bad Gateway' } },
    });
    const result = await repository.step({ ...inputs, 'auto-merge': 'squash' });
    expect(result).toMatchObject({ exitCode: 1, outputs: { 'pull-request': '1' } });
    expect(result.log).not.toContain('unexpected failure');
    expect(result.log).toContain('502: Bad Gateway');
  });

  it('is opened once when the answer is lost', async () => {
    const repository = await TestRepository.create();
    await fault({ match: { operation: 'pulls/create' }, times: 1, fault: 'lost-response' });
    const result = await repository.step({ ...RELEASE, mode: 'pull-request' });
    expect(result).toMatchObject({ exitCode: 0, outputs: { 'pull-request': '1' } });
  });

  it('keeps its pull request through parallel runs', async () => {
    const repository = await TestRepository.create();
    const inputs = { ...RELEASE, mode: 'pull-request' };
    const results = await Promise.all([1, 2, 3].map(() => repository.step(inputs)));
    expect(results.map(({ exitCode, outputs }) => [exitCode, outputs['pull-request']])).toEqual(
      [1, 2, 3].map(() => [0, '1']),
    );
  });
});

describe('errors say what to do', () => {
  it.each<[string, (repository: TestRepository) => Record<string, string>, string[]]>([
    [
      'a token that may only read',
      (r) => ({ token: r.jobToken({ contents: 'read' }) }),
      ['was refused', 'contents: write'],
    ],
    ['a token that is not valid', () => ({ token: 'ghs_nobody' }), ['the token is not valid']],
    ['an unknown repository', () => ({ repository: 'acme/nope' }), ['acme/nope', 'inputs repository and branch']],
    ['an unknown branch', () => ({ branch: 'nope' }), ['the branch nope was not found']],
    ['an unknown chart', () => ({ charts: 'helm/shap' }), ['helm/shap/Chart.yaml is missing', 'helm/ contains: shop/']],
    [
      'a directory without Chart.yaml',
      () => ({ charts: 'helm' }),
      ['helm/Chart.yaml is missing; helm/ contains: shop/'],
    ],
    ['a link', () => ({ 'values-files': 'link.yaml' }), ['helm/shop/link.yaml is a symbolic link']],
    [
      'bytes that are not UTF-8',
      () => ({ 'values-files': 'latin1.yaml' }),
      ['helm/shop/latin1.yaml cannot be changed', 'it is not UTF-8'],
    ],
    [
      'an image that no mapping names',
      () => ({ images: IMAGES.replaceAll('shop/web', 'shop/other') }),
      ['no image mapping names r.example/shop/other', 'web.image is r.example/shop/web'],
    ],
  ])('for %s', async (_, inputs, words) => {
    const repository = await TestRepository.create();
    symlinkSync('values.yaml', join(repository.directory, 'helm/shop/link.yaml'));
    await repository.push({ 'helm/shop/latin1.yaml': Uint8Array.of(0x61, 0x3a, 0x20, 0xe9, 0x0a) }, 'feat: more');
    const result = await repository.step({ ...RELEASE, ...inputs(repository) });
    expect(result.exitCode).toBe(1);
    for (const word of words) expect(result.log).toContain(word);
    expect(result.log).not.toMatch(/^\s+at /m);
    expect(await repository.log()).toHaveLength(2);
  });
});
