import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectFailure, SHOP, startWithCommit } from './helpers.ts';

const OLD = '2020-01-01T00:00:00Z';

describe('the tag of a release', () => {
  let test: Awaited<ReturnType<typeof startWithCommit>>;
  let rest: ReturnType<typeof test.octokit>['rest'];
  let old: string;
  const create = async (tag: string, more: object = {}) =>
    (await rest.repos.createRelease({ ...SHOP, tag_name: tag, ...more })).data;
  const get = async (id: number) => (await rest.repos.getRelease({ ...SHOP, release_id: id })).data;

  beforeAll(async () => {
    test = await startWithCommit();
    rest = test.octokit(test.alice).rest;
    await test.work.git('-c', 'user.name=a', 'checkout', '--quiet', '-b', 'old');
    const tree = await test.work.git('rev-parse', 'HEAD^{tree}');
    const text = `tree ${tree}\nauthor a <a@b.c> 1577836800 +0000\ncommitter a <a@b.c> 1577836800 +0000\n\nold\n`;
    const { data } = await writeObject(text);
    old = data;
    await test.work.git('push', '--quiet', 'origin', `${old}:refs/heads/old`);
  });
  afterAll(() => test.close());

  /** A commit with a date of its own. */
  async function writeObject(text: string): Promise<{ data: string }> {
    await test.work.commit({ 'commit.txt': text }, 'chore: text');
    return { data: await test.work.git('hash-object', '-t', 'commit', '-w', 'commit.txt') };
  }

  it('gives the release the date of its commit', async () => {
    expect((await create('v0.1.0', { target_commitish: old })).created_at).toBe(OLD);
    const draft = await create('v0.2.0', { target_commitish: old, draft: true });
    expect(draft.created_at).toBe(OLD);
    const moved = await rest.repos.updateRelease({ ...SHOP, release_id: draft.id, target_commitish: 'main' });
    expect(moved.data.created_at).not.toBe(OLD);
    await rest.repos.deleteRelease({ ...SHOP, release_id: draft.id });
  });

  it('decides the latest release by that date when none is marked', async () => {
    await test.octokit(test.alice).rest.repos.createForAuthenticatedUser({ name: 'dated' });
    const where = { owner: 'alice', repo: 'dated' };
    const url = `${test.hub.url.replace('://', `://x:${test.alice}@`)}/alice/dated.git`;
    await test.work.git('push', '--quiet', url, 'main', `${old}:refs/heads/old`);
    const latest = async () => (await rest.repos.getLatestRelease(where)).data.tag_name;
    const publish = (tag_name: string, target_commitish: string) =>
      rest.repos.createRelease({ ...where, tag_name, target_commitish, make_latest: 'false' });
    await publish('v2.0.0', 'main');
    await publish('v1.0.1', 'old');
    expect(await latest()).toBe('v2.0.0');
    await publish('v2.0.1', 'main');
    await publish('v1.9.9', 'main');
    expect(await latest()).toBe('v2.0.1');
    await rest.repos.createRelease({ ...where, tag_name: 'v1.0.2', target_commitish: 'old', make_latest: 'true' });
    expect(await latest()).toBe('v1.0.2');
  });

  it.each([
    ['Git', (tag: string) => test.work.git('push', '--quiet', 'origin', `:refs/tags/${tag}`)],
    ['the API', (tag: string) => rest.git.deleteRef({ ...SHOP, ref: `tags/${tag}` })],
  ])('makes it a draft when %s deletes it', async (by, remove) => {
    const tag = by === 'Git' ? 'v0.3.0' : 'v0.4.0';
    const release = await create(tag);
    await remove(tag);
    expect(await get(release.id)).toMatchObject({ draft: true, published_at: null, tag_name: tag });
    expect((await expectFailure(rest.repos.getReleaseByTag({ ...SHOP, tag }))).status).toBe(404);
    const again = await rest.repos.updateRelease({ ...SHOP, release_id: release.id, draft: false });
    expect(again.data.draft).toBe(false);
  });

  it('cannot move or disappear while the release is immutable', async () => {
    await rest.repos.enableImmutableReleases(SHOP);
    const release = await create('v1.0.0', { target_commitish: 'main' });
    expect(release.immutable).toBe(true);
    await test.work.git('fetch', '--quiet', '--tags', 'origin');
    const deletion = await expectFailure(rest.git.deleteRef({ ...SHOP, ref: 'tags/v1.0.0' }));
    expect(deletion).toMatchObject({ status: 422 });
    expect(deletion.message).toContain('Cannot delete this protected ref.');
    const forced = rest.git.updateRef({ ...SHOP, ref: 'tags/v1.0.0', sha: old, force: true });
    expect((await expectFailure(forced)).message).toContain('Cannot update this protected ref.');
    const push = await test.work.expectFailure('push', 'origin', ':refs/tags/v1.0.0');
    expect(push).toContain('GH013: Repository rule violations found for refs/tags/v1.0.0.');
    expect(await get(release.id)).toMatchObject({ draft: false, immutable: true });
  });

  it('can never be used again after an immutable release was deleted', async () => {
    const { data: release } = await rest.repos.getReleaseByTag({ ...SHOP, tag: 'v1.0.0' });
    await rest.repos.deleteRelease({ ...SHOP, release_id: release.id });
    await rest.repos.disableImmutableReleases(SHOP);
    const used = { resource: 'Release', code: 'custom', field: 'tag_name' };
    const message = 'tag_name was used by an immutable release';
    expect((await expectFailure(create('v1.0.0'))).errors).toEqual([{ ...used, message }]);
    await rest.git.deleteRef({ ...SHOP, ref: 'tags/v1.0.0' });
    expect((await expectFailure(create('v1.0.0'))).errors).toEqual([
      expect.objectContaining({ field: 'pre_receive' }),
      { ...used, message },
      { resource: 'Release', code: 'custom', message: 'Published releases must have a valid tag' },
    ]);
    await test.work.git('tag', '--force', 'v1.0.0', test.first);
    expect(await test.work.expectFailure('push', 'origin', 'v1.0.0')).toContain(
      'Cannot create ref due to creations being restricted.',
    );
    const draft = await create('v1.0.0', { draft: true });
    const publish = rest.repos.updateRelease({ ...SHOP, release_id: draft.id, draft: false });
    expect(await expectFailure(publish)).toMatchObject({ status: 422 });
    expect((await get(draft.id)).draft).toBe(true);
  });
});
