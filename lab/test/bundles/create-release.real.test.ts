import type { ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { type Fault, type FaultRequest, type Hub, startHub } from '../../hub/index.ts';
import { type Api, openApi } from '../../story/hub-client.ts';
import { runStep, type StepResult } from './step.ts';

const OWNER = 'acme';

const adminToken = randomBytes(16).toString('hex');

let dir: string;
let hub: Hub;
let api: Api;
let token: string;
let repositories = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'create-release-'));
  hub = await startHub({ dataDir: join(dir, 'hub'), adminToken });
  hub.admin.createUser(OWNER);
  token = hub.admin.createToken({ login: OWNER, permissions: 'all' });
  api = openApi(hub.url, token);
});
afterEach(() => lab('DELETE', 'faults'));
afterAll(async () => {
  await hub?.close();
  await rm(dir, { recursive: true, force: true });
});

/** The hub's own doors. */
async function lab(method: string, path: string, body?: object): Promise<unknown> {
  const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  const answer = await fetch(`${hub.url}/_lab/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  expect(answer.ok ? '' : text).toBe('');
  return text === '' ? undefined : JSON.parse(text);
}
const fault = (request: FaultRequest) => lab('POST', 'faults', request);
/** How often the faults were met. */
const met = async (): Promise<number> =>
  ((await lab('GET', 'faults')) as Fault[]).reduce((sum, each) => sum + each.met, 0);

/** A repository of its own for each test, with a workspace, on which the bundle runs as the runner would run it. */
class Scene {
  readonly where: { owner: string; repo: string };
  readonly workspace: string;

  private constructor(repo: string, workspace: string) {
    this.where = { owner: OWNER, repo };
    this.workspace = workspace;
  }

  static async open(): Promise<Scene> {
    const repo = `shop-${++repositories}`;
    await api.repos.createForAuthenticatedUser({ name: repo });
    return new Scene(repo, await mkdtemp(join(dir, 'workspace-')));
  }

  /** A commit on a branch, made in the hub's own bare repository: releases read history, they make none. */
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

  /** A commit and a tag on it. */
  async tag(tag: string, message = `feat: ${tag}`, branch = 'main'): Promise<string> {
    const sha = await this.commit(message, branch);
    await this.ref(`tags/${tag}`, sha);
    return sha;
  }

  async file(name: string, text: string): Promise<void> {
    await writeFile(join(this.workspace, name), text);
  }

  /** @param onStart told of the process as soon as it says something */
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
    if (release === undefined) throw new Error('there is no release');
    return release;
  }

  async download(url: string): Promise<string> {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
    return answer.text();
  }
}

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const UPLOAD = { operation: 'repos/upload-release-asset' };
const CREATE = { operation: 'repos/create-release' };
const PUBLISH = { operation: 'repos/update-release' };

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

describe('a tag that is pushed', () => {
  it('becomes a published release with notes, images, files, checksums and outputs', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.commit('fix(web): <b>bold</b> thanks to @octocat');
    await scene.tag('v1.1.0');
    await scene.file('app.tgz', 'application');
    await scene.file('My App.exe', 'windows');
    const digest = `sha256:${'a'.repeat(64)}`;
    const { ok, outputs, summary } = await scene.run('v1.1.0', {
      files: '*.tgz\n*.exe',
      notes: 'commits',
      body: 'Hello',
      images: JSON.stringify([{ name: 'shop/web', repository: 'ghcr.io/acme/shop/web', digest, tags: ['1.1.0'] }]),
    });
    expect(ok).toBe(true);
    const release = await scene.only();
    expect(release).toMatchObject({ tag_name: 'v1.1.0', name: 'v1.1.0', draft: false, prerelease: false });
    expect(release.body).toMatch(
      /^Hello\n\n### Features\n\n- v1\.1\.0 \(.*\n\n### Bug fixes\n\n- \*\*web:\*\* &lt;b&gt;bold&lt;\/b&gt; thanks to @&#8203;octocat/,
    );
    expect(release.body).toContain(`${hub.url}/${OWNER}/${scene.where.repo}/compare/v1.0.0...v1.1.0`);
    expect(release.body).toContain(`<code>${digest}</code>`);
    expect(release.body).not.toContain('unfinished draft');

    const sums = `${digestOf('windows').slice(7)}  My.App.exe\n${digestOf('application').slice(7)}  app.tgz\n`;
    expect(release.assets.map(({ name, label, digest }) => [name, label || null, digest]).sort()).toEqual([
      ['My.App.exe', 'My App.exe', digestOf('windows')],
      ['SHA256SUMS', null, digestOf(sums)],
      ['app.tgz', null, digestOf('application')],
    ]);
    expect(outputs).toMatchObject({
      id: String(release.id),
      url: release.html_url,
      'upload-url': release.upload_url,
      tag: 'v1.1.0',
      'previous-tag': 'v1.0.0',
      created: 'true',
      published: 'true',
      prerelease: 'false',
      latest: 'true',
      notes: release.body,
    });
    const assets = JSON.parse(outputs.assets ?? '') as { name: string; url: string }[];
    const urls = Object.fromEntries(assets.map(({ name, url }) => [name, url]));
    expect(await scene.download(urls.SHA256SUMS ?? '')).toBe(sums);
    expect((await api.repos.getLatestRelease(scene.where)).data.id).toBe(release.id);
    expect(summary).toContain('### Release v1.1.0');
  });

  it('changes nothing when its job runs again', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('app.tgz', 'application');
    const inputs = { files: '*.tgz' };
    expect((await scene.run('v1.0.0', inputs)).ok).toBe(true);
    const before = await scene.only();
    for (const more of [{}, { update: 'true' }] as Record<string, string>[]) {
      const { ok, outputs } = await scene.run('v1.0.0', { ...inputs, ...more });
      expect(ok).toBe(true);
      expect(outputs).toMatchObject({
        id: String(before.id),
        created: 'false',
        published: 'true',
        latest: 'true',
        url: before.html_url,
      });
      expect(await scene.only()).toEqual(before);
    }
  });

  it('is a pre-release by its version, and never the latest', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0-rc.1');
    const { ok, outputs } = await scene.run('v1.0.0-rc.1');
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ prerelease: 'true', latest: 'false', 'previous-tag': '' });
    expect((await scene.only()).prerelease).toBe(true);
  });

  it('of an old line is compared with that line and does not take the mark of the latest', async () => {
    const scene = await Scene.open();
    const old = await scene.tag('v1.0.0');
    await scene.ref('heads/release-1', old);
    await scene.tag('v2.0.0');
    expect((await scene.run('v2.0.0')).outputs).toMatchObject({ 'previous-tag': 'v1.0.0', latest: 'true' });
    await scene.tag('v1.0.1', 'fix: old', 'release-1');
    const { ok, outputs } = await scene.run('v1.0.1', { 'major-tag': 'true' });
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ 'previous-tag': 'v1.0.0', latest: 'false' });
    expect((await api.repos.getLatestRelease(scene.where)).data.tag_name).toBe('v2.0.0');
    // And the next of the new line is not compared with the side branch.
    await scene.tag('v2.0.1');
    expect((await scene.run('v2.0.1')).outputs).toMatchObject({ 'previous-tag': 'v2.0.0', latest: 'true' });
  });

  it('of an old line without any ancestor gets notes of its commits, not since a newer release', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    expect((await scene.run('v1.0.0')).ok).toBe(true);
    await scene.tag('v0.9.0', 'feat: old', 'other');
    await scene.tag('v0.9.1', 'fix: older', 'release-0');
    const { ok, outputs, log } = await scene.run('v0.9.1');
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ 'previous-tag': '', latest: 'false' });
    expect(outputs.notes).toContain('### Bug fixes\n\n- older (');
    expect(outputs.notes).toContain(`/commits/v0.9.1`);
    expect(outputs.notes).not.toContain('v1.0.0');
    expect(log).toContain('::warning title=create-release::');
  });

  it('moves the major tag forward, never back', async () => {
    const scene = await Scene.open();
    const at = async () => (await api.git.getRef({ ...scene.where, ref: 'tags/v1' })).data.object.sha;
    const first = await scene.tag('v1.0.0');
    expect((await scene.run('v1.0.0', { 'major-tag': 'true' })).ok).toBe(true);
    expect(await at()).toBe(first);
    const second = await scene.tag('v1.1.0');
    expect((await scene.run('v1.1.0', { 'major-tag': 'true' })).ok).toBe(true);
    expect(await at()).toBe(second);
    expect((await scene.run('v1.0.0', { 'major-tag': 'true' })).ok).toBe(true);
    expect(await at()).toBe(second);
  });

  it('gets one major tag from several runs at the same moment', async () => {
    const scene = await Scene.open();
    const sha = await scene.tag('v1.0.0');
    const runs = await Promise.all([1, 2, 3].map(() => scene.run('v1.0.0', { 'major-tag': 'true' })));
    expect(runs.map(({ ok }) => ok)).toEqual([true, true, true]);
    expect((await api.git.getRef({ ...scene.where, ref: 'tags/v1' })).data.object.sha).toBe(sha);
  });

  it('named like a command is plain text', async () => {
    const scene = await Scene.open();
    const tag = 'v1.0.0$(touch${IFS}pwned)<b>';
    await scene.tag(tag);
    const { ok, outputs, summary } = await scene.run(tag);
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ tag, prerelease: 'false', latest: 'false' });
    expect(summary).not.toContain('<b>');
    await expect(readFile(join(scene.workspace, 'pwned'))).rejects.toThrow('ENOENT');
  });
});

describe('a tag that does not exist', () => {
  it('is refused without a target, and made at the target on publishing', async () => {
    const scene = await Scene.open();
    const head = await scene.commit('feat: it');
    const refused = await scene.run('v1.0.0');
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('the tag v1.0.0 does not exist');
    expect(await scene.releases()).toEqual([]);
    expect((await scene.run('v1.0.0', { target: 'main' })).ok).toBe(true);
    expect((await api.git.getRef({ ...scene.where, ref: 'tags/v1.0.0' })).data.object.sha).toBe(head);
    await scene.commit('feat: more');
    expect((await scene.run('v1.0.0', { target: 'main' })).ok).toBe(true);
    expect((await scene.only()).target_commitish).toBe(head);
  });
});

describe('runs at the same time', () => {
  it.each([
    ['with files', '*.tgz'],
    ['without files', ''],
  ])('end with one release: %s', async (_, files) => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await scene.file('b.tgz', 'beta');
    const runs = await Promise.all([1, 2, 3, 4].map(() => scene.run('v1.0.0', { files })));
    expect(runs.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    const release = await scene.only();
    expect(release.draft).toBe(false);
    expect(release.body).not.toContain('unfinished draft');
    expect(release.assets.map(({ name, state }) => [name, state]).sort()).toEqual(
      files === ''
        ? []
        : [
            ['SHA256SUMS', 'uploaded'],
            ['a.tgz', 'uploaded'],
            ['b.tgz', 'uploaded'],
          ],
    );
    expect(new Set(runs.map(({ outputs }) => outputs.id))).toEqual(new Set([String(release.id)]));
  });
});

describe('a run that is killed', () => {
  const delayed = { delayMs: 5_000 };
  it.each<[string, FaultRequest, (scene: Scene) => Promise<boolean>]>([
    ['before it made a draft', { match: CREATE, fault: 'reset' }, async () => true],
    [
      'after it made the draft',
      { match: UPLOAD, fault: delayed },
      async (scene) => (await scene.releases()).length === 1,
    ],
    [
      'after its first file',
      { match: UPLOAD, after: 1, fault: delayed },
      async (scene) => (await scene.releases())[0]?.assets.length === 1,
    ],
    [
      'before it published',
      { match: PUBLISH, fault: delayed },
      async (scene) => (await scene.releases())[0]?.assets.length === 3,
    ],
  ])('%s leaves what the next run finishes', async (_, request, reached) => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await scene.file('b.tgz', 'beta');
    await fault(request);
    let child: ChildProcess | undefined;
    const onStart = (started: ChildProcess) => {
      child = started;
    };
    const killed = scene.run('v1.0.0', { files: '*.tgz' }, { onStart });
    await until(async () => child !== undefined && (await met()) > 0 && (await reached(scene)));
    child?.kill('SIGKILL');
    expect((await killed).exitCode).toBeNull();
    await lab('DELETE', 'faults');
    const { ok, outputs } = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(ok).toBe(true);
    const release = await scene.only();
    expect(release).toMatchObject({ draft: false });
    expect(release.body).not.toContain('unfinished draft');
    expect(release.assets.map(({ name }) => name).sort()).toEqual(['SHA256SUMS', 'a.tgz', 'b.tgz']);
    expect(outputs).toMatchObject({ published: 'true', id: String(release.id) });
  });
});

describe('trouble on the way', () => {
  it.each<[string, FaultRequest]>([
    ['a 502 on an upload', { match: UPLOAD, times: 1, fault: { status: 502 } }],
    ['a reset on an upload', { match: UPLOAD, times: 1, fault: 'reset' }],
    ['a lost answer to an upload', { match: UPLOAD, times: 1, fault: 'lost-response' }],
    ['a reset on the creation', { match: CREATE, times: 1, fault: 'reset' }],
    ['a lost answer to the creation', { match: CREATE, times: 1, fault: 'lost-response' }],
    ['a 503 on the creation', { match: CREATE, times: 1, fault: { status: 503 } }],
    ['a lost answer to publishing', { match: PUBLISH, times: 1, fault: 'lost-response' }],
    ['a 500 on publishing', { match: PUBLISH, times: 1, fault: { status: 500 } }],
    [
      'a rate limit',
      { match: { operation: 'repos/list-tags' }, times: 1, fault: { status: 429, headers: { 'retry-after': '1' } } },
    ],
  ])('is survived: %s', async (_, request) => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await fault(request);
    const { ok, outputs } = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(ok).toBe(true);
    expect(await met()).toBe(1);
    const release = await scene.only();
    expect(release.draft).toBe(false);
    expect(release.assets.map(({ digest }) => digest)).toContain(digestOf('alpha'));
    expect(outputs).toMatchObject({ created: 'true', published: 'true' });
  });

  it('that does not end leaves a draft, its outputs and a way on', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await fault({ match: UPLOAD, fault: { status: 400, body: { message: 'no room' } } });
    const { exitCode, log, outputs } = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(exitCode).toBe(1);
    expect(log).toContain('uploading the files of v1.0.0');
    expect(log).toContain('no room');
    const release = await scene.only();
    expect(release.draft).toBe(true);
    expect(outputs).toMatchObject({ id: String(release.id), created: 'true', published: 'false' });
  });

  it('that comes when it is published leaves the files among the outputs', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await fault({ match: PUBLISH, fault: { status: 422, body: { message: 'Repository rule violations found' } } });
    const { exitCode, log, outputs } = await scene.run('v1.0.0', { files: '*.tgz', checksums: 'false' });
    expect(exitCode).toBe(1);
    expect(log).toContain('a rule of the repository protects the tag');
    expect(outputs).toMatchObject({ created: 'true', published: 'false' });
    expect(JSON.parse(outputs.assets ?? '')).toMatchObject([{ name: 'a.tgz', digest: digestOf('alpha') }]);
  });
});

describe('a release that is there', () => {
  it('as a draft, which the server hides when asked by tag, is found and finished', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    const { data: draft } = await api.repos.createRelease({
      ...scene.where,
      tag_name: 'v1.0.0',
      name: 'by hand',
      draft: true,
    });
    await expect(api.repos.getReleaseByTag({ ...scene.where, tag: 'v1.0.0' })).rejects.toMatchObject({ status: 404 });
    const { ok, outputs } = await scene.run('v1.0.0', { notes: 'none', body: 'ours' });
    expect(ok).toBe(true);
    expect(await scene.only()).toMatchObject({ id: draft.id, draft: false, name: 'v1.0.0', body: 'ours' });
    expect(outputs.created).toBe('false');
  });

  it('published by hand keeps its text without update, and takes ours with it', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await api.repos.createRelease({ ...scene.where, tag_name: 'v1.0.0', name: 'by hand', body: 'text' });
    const kept = await scene.run('v1.0.0');
    expect(kept.ok).toBe(true);
    expect(kept.log).toContain('it differs in name, body');
    expect(await scene.only()).toMatchObject({ name: 'by hand', body: 'text' });
    expect((await scene.run('v1.0.0', { update: 'true', notes: 'none', body: 'ours' })).ok).toBe(true);
    expect(await scene.only()).toMatchObject({ name: 'v1.0.0', body: 'ours' });
  });

  it('published with other files is refused without update, and changed with it', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    expect((await scene.run('v1.0.0', { files: '*.tgz' })).ok).toBe(true);
    const before = await scene.only();
    await scene.file('a.tgz', 'other');
    const refused = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('v1.0.0 is published with other files');
    expect(await scene.only()).toEqual(before);
    expect((await scene.run('v1.0.0', { files: '*.tgz', update: 'true' })).ok).toBe(true);
    expect((await scene.only()).assets.map(({ digest }) => digest)).toContain(digestOf('other'));
  });

  it('and is immutable keeps its files; releasing it and running again works', async () => {
    const scene = await Scene.open();
    hub.admin.setImmutableReleases(`${OWNER}/${scene.where.repo}`, true);
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    expect((await scene.run('v1.0.0', { files: '*.tgz' })).ok).toBe(true);
    const before = await scene.only();
    expect(before).toMatchObject({ immutable: true, draft: false });
    expect(before.assets).toHaveLength(2);
    expect((await scene.run('v1.0.0', { files: '*.tgz' })).ok).toBe(true);
    await scene.file('a.tgz', 'other');
    const refused = await scene.run('v1.0.0', { files: '*.tgz', update: 'true' });
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('The release is immutable; its files can never change');
    expect(await scene.only()).toEqual(before);
    expect((await scene.run('v1.0.0', { update: 'true', notes: 'none', body: 'new words' })).ok).toBe(true);
    expect(await scene.only()).toMatchObject({ id: before.id, body: 'new words', immutable: true });
  });

  it('stays a draft when a draft is asked for, and nothing changes the second time', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    const inputs = { draft: 'true', files: '*.tgz' };
    expect((await scene.run('v1.0.0', inputs)).outputs).toMatchObject({
      created: 'true',
      published: 'false',
      latest: 'false',
    });
    const before = await scene.only();
    expect(before).toMatchObject({ draft: true, body: expect.not.stringContaining('unfinished draft') });
    expect((await scene.run('v1.0.0', inputs)).outputs).toMatchObject({ created: 'false', published: 'false' });
    expect(await scene.only()).toEqual(before);
  });
});

describe('a token', () => {
  it('that may only read is told which permission it lacks, and is never shown', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    const weak = hub.admin.createToken({ login: OWNER, permissions: { contents: 'read', metadata: 'read' } });
    const { exitCode, log } = await scene.run('v1.0.0', { notes: 'none', token: weak });
    expect(exitCode).toBe(1);
    expect(log).toMatch(/^::error title=create-release%3A creating the release v1\.0\.0 was refused::/m);
    expect(log).toContain('permissions: { contents: write }');
    expect(log).not.toContain(weak);
    expect(await scene.releases()).toEqual([]);
  });

  it('that is not valid is told so', async () => {
    const scene = await Scene.open();
    const { exitCode, log } = await scene.run('v1.0.0', { token: 'ghs_wrong' });
    expect(exitCode).toBe(1);
    expect(log).toContain('the token is not valid');
    expect(log).not.toContain('ghs_wrong');
  });
});

describe('a dry run', () => {
  it('shows what would be released and changes nothing', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    const { ok, outputs, summary } = await scene.run('v1.0.0', { 'dry-run': 'true', files: '*.tgz', notes: 'commits' });
    expect(ok).toBe(true);
    expect(outputs).toMatchObject({ tag: 'v1.0.0', created: 'false', published: 'false', latest: 'true' });
    expect(summary).toContain('would be drafted, filled and published');
    expect(summary).toContain('SHA256SUMS');
    expect(await scene.releases()).toEqual([]);
  });
});

describe('a dry run of what is published', () => {
  it('fails as the run would when its files are others, and says what update would change', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    const inputs = { files: '*.tgz', notes: 'none', checksums: 'false' };
    expect((await scene.run('v1.0.0', inputs)).ok).toBe(true);
    const before = await scene.only();
    expect(await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true' })).toMatchObject({
      ok: true,
      outputs: { published: 'true', created: 'false' },
      summary: expect.stringContaining('| is published already |'),
    });
    await scene.file('a.tgz', 'other');
    const refused = await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true' });
    expect(refused.ok).toContain(
      '::error title=create-release%3A v1.0.0 is published with other files::a.tgz has the digest',
    );
    const shown = await scene.run('v1.0.0', { ...inputs, 'dry-run': 'true', update: 'true' });
    expect(shown.ok).toBe(true);
    expect(shown.summary).toContain('files would be put on it: a.tgz has the digest');
    expect(await scene.only()).toEqual(before);
  });
});

describe('a release of odd words', () => {
  it('is linked from the summary as it is, and needs no commit from the runner', async () => {
    const scene = await Scene.open();
    await scene.tag('v1.0.0+b#1&x=%y');
    const { ok, outputs, summary } = await scene.run(
      'v1.0.0+b#1&x=%y',
      { name: 'N | <b> [x](y)' },
      { env: { GITHUB_SHA: '' } },
    );
    expect(ok).toBe(true);
    expect(summary).toContain(`| [N \\| &lt;b&gt; \\[x\\](y)](${outputs.url}) |`);
    expect((await api.repos.getReleaseByTag({ ...scene.where, tag: 'v1.0.0+b#1&x=%y' })).data.html_url).toBe(
      outputs.url,
    );
  });
});

describe('bad input', () => {
  it('is answered at once, with every fault, before any request', async () => {
    const scene = await Scene.open();
    await lab('DELETE', 'requests');
    const { exitCode, log } = await scene.run('', {
      tag: 'v1.0.0$(touch pwned)',
      draft: 'yes',
      'body-path': 'none.md',
      files: 'none/*',
    });
    expect(exitCode).toBe(1);
    for (const input of [
      'tag is not a name',
      'draft is not a boolean',
      'body-path does not exist',
      'files (line 1) matches no file',
    ])
      expect(log).toContain(input);
    expect(
      ((await lab('GET', 'requests')) as { operation: string | null }[]).filter(({ operation }) => operation !== null),
    ).toEqual([]);
  });
});
