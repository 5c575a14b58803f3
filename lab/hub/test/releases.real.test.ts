import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createBotToken, expectFailure, SHOP, startWithCommit } from './helpers.ts';

describe('releases', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  let reader: typeof rest;
  const create = async (tag: string, more: object = {}) =>
    (await rest.repos.createRelease({ ...SHOP, tag_name: tag, ...more })).data;
  const upload = (release: { id: number; upload_url: string }, name: string, data: string) =>
    rest.repos.uploadReleaseAsset({ ...SHOP, url: release.upload_url, release_id: release.id, name, data });
  const tags = async () =>
    (await test.work.git('ls-remote', '--refs', 'origin', 'refs/tags/*'))
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t')[1]);

  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
    reader = test.octokit(createBotToken(test.hub, { contents: 'read' }).token).rest;
  });
  afterAll(() => test.close());

  it('hide a draft from callers that cannot push, and do not find it by its tag', async () => {
    const draft = await create('v1.0.0', { draft: true, name: 'One', body: 'notes' });
    expect(draft).toMatchObject({ draft: true, published_at: null, tag_name: 'v1.0.0' });
    expect(draft.html_url).toContain('/releases/tag/untagged-');
    expect((await rest.repos.listReleases(SHOP)).data).toHaveLength(1);
    expect((await reader.repos.listReleases(SHOP)).data).toHaveLength(0);
    expect((await expectFailure(rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1.0.0' }))).status).toBe(404);
    expect((await expectFailure(reader.repos.getRelease({ ...SHOP, release_id: draft.id }))).status).toBe(404);
    expect(await tags()).toEqual([]);
  });

  it('accept assets with their digests, and reject a second one with the same name', async () => {
    const [draft] = (await rest.repos.listReleases(SHOP)).data;
    if (!draft) throw new Error('there is no draft');
    const { data: asset } = await upload(draft, 'SHA256SUMS', 'abc');
    const digest = `sha256:${createHash('sha256').update('abc').digest('hex')}`;
    expect(asset).toMatchObject({ name: 'SHA256SUMS', size: 3, state: 'uploaded', digest });
    const again = await upload(draft, 'SHA256SUMS', 'abc').then(
      () => undefined,
      (error: { status: number; response: { data: { errors: { code: string }[] } } }) => error,
    );
    expect(again).toMatchObject({ status: 422, response: { data: { errors: [{ code: 'already_exists' }] } } });
    expect((await upload(draft, 'my file.txt', 'x')).data.name).toBe('my.file.txt');
  });

  it('create the tag at the target when they are published, and emit one event', async () => {
    const [draft] = (await rest.repos.listReleases(SHOP)).data;
    test.events.length = 0;
    const { data: published } = await rest.repos.updateRelease({ ...SHOP, release_id: draft?.id ?? 0, draft: false });
    expect(published.html_url).toBe(`${test.hub.url}/alice/shop/releases/tag/v1.0.0`);
    expect(await tags()).toEqual(['refs/tags/v1.0.0']);
    expect(test.events.map(({ name }) => name)).toEqual(['push', 'create', 'release']);
    expect(test.events.at(-1)).toMatchObject({
      ref: 'refs/tags/v1.0.0',
      sha: test.first,
      payload: { action: 'published' },
    });
    const page = await fetch(published.html_url);
    expect([page.status, (await page.text()).includes('SHA256SUMS')]).toEqual([200, true]);
    const file = await fetch(published.assets[0]?.browser_download_url ?? '');
    expect(await file.text()).toBe('abc');
  });

  it.each([
    ['a tag that is taken', { tag_name: 'v1.0.0' }, 'already_exists'],
    ['a target that does not exist', { tag_name: 'v9.0.0', target_commitish: 'nowhere' }, 'invalid'],
    ['a tag that Git rejects', { tag_name: 'v1..0' }, 'custom'],
    ['notes that are too long', { tag_name: 'v9.0.0', body: 'x'.repeat(125_001) }, 'custom'],
  ])('reject %s', async (_, body, code) => {
    const failure = await rest.repos.createRelease({ ...SHOP, ...body }).then(
      () => undefined,
      (error: { status: number; response: { data: { errors: { code: string }[] } } }) => error,
    );
    expect([failure?.status, failure?.response.data.errors[0]?.code]).toEqual([422, code]);
    expect(await tags()).toEqual(['refs/tags/v1.0.0']);
  });

  it('mark a release as latest only if it was published as such', async () => {
    const latest = async () => (await rest.repos.getLatestRelease(SHOP)).data.tag_name;
    await create('v2.0.0');
    expect(await latest()).toBe('v2.0.0');
    await create('v1.0.1', { make_latest: 'false' });
    await create('v3.0.0-rc.1', { prerelease: true });
    expect(await latest()).toBe('v2.0.0');
    const { data: old } = await rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1.0.1' });
    await rest.repos.updateRelease({ ...SHOP, release_id: old.id, make_latest: 'true' });
    expect(await latest()).toBe('v1.0.1');
  });

  it('generate notes from the pull requests since the previous tag', async () => {
    await test.work.git('checkout', '--quiet', '-B', 'topic', test.first);
    await test.work.commit({ x: 'x' }, 'feat: x');
    await test.work.git('push', '--quiet', 'origin', 'topic');
    const { data: pull } = await rest.pulls.create({ ...SHOP, title: 'Add x', head: 'topic', base: 'main' });
    await rest.pulls.merge({ ...SHOP, pull_number: pull.number });
    const { data: notes } = await rest.repos.generateReleaseNotes({
      ...SHOP,
      tag_name: 'v2.1.0',
      target_commitish: 'main',
      previous_tag_name: 'v2.0.0',
    });
    expect(notes.body).toBe(
      `## What's Changed\n* Add x by @alice in ${pull.html_url}\n\n\n**Full Changelog**: ${test.hub.url}/alice/shop/compare/v2.0.0...v2.1.0`,
    );
  });

  it('are rejected by a rule that forbids their tag, and leave no release behind', async () => {
    await rest.repos.createRepoRuleset({
      ...SHOP,
      name: 'no new tags',
      target: 'tag',
      enforcement: 'active',
      conditions: { ref_name: { include: ['refs/tags/v5*'], exclude: [] } },
      rules: [{ type: 'creation' }],
    });
    expect((await expectFailure(create('v5.0.0'))).status).toBe(422);
    expect((await expectFailure(rest.repos.getReleaseByTag({ ...SHOP, tag: 'v5.0.0' }))).status).toBe(404);
  });

  it('cannot change once published in a repository with immutable releases', async () => {
    test.hub.admin.setImmutableReleases('alice/shop', true);
    const release = await create('v4.0.0', { draft: true });
    const { data: asset } = await upload(release, 'a.txt', 'a');
    const { data: published } = await rest.repos.updateRelease({ ...SHOP, release_id: release.id, draft: false });
    expect(published.immutable).toBe(true);
    expect((await expectFailure(upload(published, 'b.txt', 'b'))).status).toBe(422);
    expect((await expectFailure(rest.repos.deleteReleaseAsset({ ...SHOP, asset_id: asset.id }))).status).toBe(422);
    const moved = rest.git.updateRef({ ...SHOP, ref: 'tags/v4.0.0', sha: test.first, force: true });
    expect((await expectFailure(moved)).status).toBe(422);
    await test.work.git('tag', '--force', 'v4.0.0', test.first);
    expect(await test.work.expectFailure('push', '--force', 'origin', 'v4.0.0', ':refs/tags/v4.0.0')).not.toBe('');
    const renamed = await rest.repos.updateRelease({ ...SHOP, release_id: release.id, body: 'better notes' });
    expect(renamed.data.body).toBe('better notes');
  });

  it('are deleted with their assets, but not their tag', async () => {
    const { data: release } = await rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1.0.0' });
    await rest.repos.deleteRelease({ ...SHOP, release_id: release.id });
    expect((await fetch(release.assets[0]?.browser_download_url ?? '')).status).toBe(404);
    expect(await tags()).toContain('refs/tags/v1.0.0');
  });
});
