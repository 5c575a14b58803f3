import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import type { FaultRequest } from '../../../hub/index.ts';
import {
  admin,
  api,
  CREATE,
  digestOf,
  hub,
  injectedFaults,
  OWNER,
  PUBLISH,
  Scene,
  UPLOAD,
  useHub,
  waitUntil,
} from './scene.ts';

useHub();

describe('a run that is killed', () => {
  const delayed = { delayMs: 5_000 };
  it.each<[string, FaultRequest, (scene: Scene) => Promise<boolean>]>([
    ['before it creates the draft', { match: CREATE, fault: 'reset' }, async () => true],
    [
      'after it creates the draft',
      { match: UPLOAD, fault: delayed },
      async (scene) => (await scene.releases()).length === 1,
    ],
    [
      'after its first file',
      { match: UPLOAD, after: 1, fault: delayed },
      async (scene) => (await scene.releases())[0]?.assets.length === 1,
    ],
    [
      'before it publishes',
      { match: PUBLISH, fault: delayed },
      async (scene) => (await scene.releases())[0]?.assets.length === 3,
    ],
  ])('%s leaves a state that the next run completes', async (_, request, reached) => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await scene.file('b.tgz', 'beta');
    await admin.addFault(request);
    let child: ChildProcess | undefined;
    const onStart = (started: ChildProcess) => {
      child = started;
    };
    const killed = scene.run('v1.0.0', { files: '*.tgz' }, { onStart });
    await waitUntil(async () => child !== undefined && (await injectedFaults()) > 0 && (await reached(scene)));
    child?.kill('SIGKILL');
    expect((await killed).exitCode).toBeNull();
    await admin.clearFaults();
    const { ok, outputs } = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(ok).toBe(true);
    const release = await scene.only();
    expect(release).toMatchObject({ draft: false });
    expect(release.body).not.toContain('unfinished draft');
    expect(release.assets.map(({ name }) => name).sort()).toEqual(['SHA256SUMS', 'a.tgz', 'b.tgz']);
    expect(outputs).toMatchObject({ published: 'true', id: String(release.id) });
  });
});

describe('an error', () => {
  it.each<[string, FaultRequest]>([
    ['a 502 on an upload', { match: UPLOAD, times: 1, fault: { status: 502 } }],
    ['a reset on an upload', { match: UPLOAD, times: 1, fault: 'reset' }],
    ['a lost response to an upload', { match: UPLOAD, times: 1, fault: 'lost-response' }],
    ['a reset on the creation', { match: CREATE, times: 1, fault: 'reset' }],
    ['a lost response to the creation', { match: CREATE, times: 1, fault: 'lost-response' }],
    ['a 503 on the creation', { match: CREATE, times: 1, fault: { status: 503 } }],
    ['a lost response to publishing', { match: PUBLISH, times: 1, fault: 'lost-response' }],
    ['a 500 on publishing', { match: PUBLISH, times: 1, fault: { status: 500 } }],
    [
      'a rate limit',
      { match: { operation: 'graphql' }, times: 1, fault: { status: 429, headers: { 'retry-after': '1' } } },
    ],
  ])('that is transient does not fail the run: %s', async (_, request) => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await admin.addFault(request);
    const { ok, outputs } = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(ok).toBe(true);
    expect(await injectedFaults()).toBe(1);
    const release = await scene.only();
    expect(release.draft).toBe(false);
    expect(release.assets.map(({ digest }) => digest)).toContain(digestOf('alpha'));
    expect(outputs).toMatchObject({ created: 'true', published: 'true' });
  });

  it('that is permanent leaves a draft, its outputs and the next step', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await admin.addFault({ match: UPLOAD, fault: { status: 400, body: { message: 'no room' } } });
    const { exitCode, log, outputs } = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(exitCode).toBe(1);
    expect(log).toContain('uploading the files of v1.0.0');
    expect(log).toContain('no room');
    const release = await scene.only();
    expect(release.draft).toBe(true);
    expect(outputs).toMatchObject({ id: String(release.id), created: 'true', published: 'false' });
  });

  it('that occurs while publishing leaves the files among the outputs', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    await scene.file('a.tgz', 'alpha');
    await admin.addFault({
      match: PUBLISH,
      fault: { status: 422, body: { message: 'Repository rule violations found' } },
    });
    const { exitCode, log, outputs } = await scene.run('v1.0.0', { files: '*.tgz', checksums: 'false' });
    expect(exitCode).toBe(1);
    expect(log).toContain('a rule of the repository protects the tag');
    expect(outputs).toMatchObject({ created: 'true', published: 'false' });
    expect(JSON.parse(outputs.assets ?? '')).toMatchObject([{ name: 'a.tgz', digest: digestOf('alpha') }]);
  });
});

describe('a draft that can never be published', () => {
  it('is deleted when an immutable release once had its tag', async () => {
    const scene = await Scene.create();
    const repository = `${OWNER}/${scene.where.repo}`;
    hub.admin.setImmutableReleases(repository, true);
    await scene.tag('v1.0.0');
    expect((await scene.run('v1.0.0')).ok).toBe(true);
    await api.repos.deleteRelease({ ...scene.where, release_id: (await scene.only()).id });
    await scene.file('a.tgz', 'alpha');
    const { exitCode, log } = await scene.run('v1.0.0', { files: '*.tgz' });
    expect(exitCode).toBe(1);
    expect(log).toContain('such a tag can never be released again');
    expect(await scene.releases()).toEqual([]);
  });

  it('is deleted when a rule forbids to create its tag, but a draft by hand is kept', async () => {
    const scene = await Scene.create();
    await scene.commit('feat: it');
    await api.repos.createRepoRuleset({
      ...scene.where,
      name: 'tags',
      target: 'tag',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/tags/v*'], exclude: [] } },
      rules: [{ type: 'creation' }],
    });
    const refused = await scene.run('v1.0.0', { target: 'main' });
    expect(refused.exitCode).toBe(1);
    expect(refused.log).toContain('a rule of the repository protects the tag');
    expect(await scene.releases()).toEqual([]);
    await api.repos.createRelease({ ...scene.where, tag_name: 'v1.0.0', draft: true, name: 'By hand' });
    expect((await scene.run('v1.0.0', { target: 'main' })).exitCode).toBe(1);
    expect(await scene.only()).toMatchObject({ name: 'By hand', draft: true });
  });
});

describe('a token', () => {
  it('that may not change workflow files is named as the cause when the target changes them', async () => {
    const scene = await Scene.create();
    const main = await scene.commit('feat: it');
    const blob = await scene.git(['hash-object', '-w', '--stdin'], 'on: push\n');
    const workflows = await scene.git(['mktree'], `100644 blob ${blob}\tci.yml\n`);
    const github = await scene.git(['mktree'], `040000 tree ${workflows}\tworkflows\n`);
    const tree = await scene.git(['mktree'], `040000 tree ${github}\t.github\n`);
    const commit = await scene.git(['commit-tree', tree, '-p', main, '-m', 'ci: more']);
    await scene.git(['update-ref', 'refs/heads/more', commit]);
    const job = hub.admin.createJobToken(`${OWNER}/${scene.where.repo}`, { contents: 'write' });
    const { exitCode, log } = await scene.run('v1.0.0', { target: 'more', token: job });
    expect(exitCode).toBe(1);
    expect(log).toContain('files in .github/workflows');
    expect(log).toContain('workflows: write');
    expect((await scene.run('v1.0.0', { target: 'main', token: job })).ok).toBe(true);
  });

  it('that may only read fails the run with the missing permission, and is never shown', async () => {
    const scene = await Scene.create();
    await scene.tag('v1.0.0');
    const weak = hub.admin.createToken({ login: OWNER, permissions: { contents: 'read', metadata: 'read' } });
    const { exitCode, log } = await scene.run('v1.0.0', { notes: 'none', token: weak });
    expect(exitCode).toBe(1);
    expect(log).toMatch(/^::error title=create-release%3A creating the release v1\.0\.0 was refused::/m);
    expect(log).toContain('permissions: { contents: write }');
    expect(log).not.toContain(weak);
    expect(await scene.releases()).toEqual([]);
  });

  it('that is not valid is reported as such', async () => {
    const scene = await Scene.create();
    const { exitCode, log } = await scene.run('v1.0.0', { token: 'ghs_wrong' });
    expect(exitCode).toBe(1);
    expect(log).toContain('the token is not valid');
    expect(log).not.toContain('ghs_wrong');
  });
});

describe('invalid input', () => {
  it('is reported with all problems before any request', async () => {
    const scene = await Scene.create();
    await admin.clearRequests();
    const { exitCode, log } = await scene.run('', {
      tag: 'v1.0.0$(touch pwned)',
      draft: 'yes',
      'body-path': 'none.md',
      files: 'none/*',
    });
    expect(exitCode).toBe(1);
    for (const input of [
      'tag is not a valid Git reference name',
      'draft is not a boolean',
      'body-path does not exist',
      'files (line 1) matches no file',
    ])
      expect(log).toContain(input);
    expect((await admin.requests()).filter(({ operation }) => operation !== null)).toEqual([]);
  });
});
