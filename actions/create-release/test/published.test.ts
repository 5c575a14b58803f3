import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { content, FakeReleases, serverError } from './fake-releases.ts';
import { failure, files, onlyRelease, publish } from './publishing.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

describe('a published release', () => {
  const published = (change: Partial<Parameters<FakeReleases['add']>[0]> = {}) => {
    const releases = new FakeReleases();
    const release = releases.add({ draft: false, body: 'the notes', ...change });
    for (const file of files) releases.addAsset(release.id, file);
    releases.latest = release.id;
    return { releases, release };
  };
  const changes = (releases: FakeReleases) =>
    releases.calls.filter((call) => /^(create|update|deleteRelease|deleteAsset|uploadAsset)$/.test(call));

  it.each([
    ['as desired', {}, {}],
    ['with a different text', { body: 'edited by hand' }, {}],
    ['as desired, with update: true', {}, { update: true }],
    ['with other white space and line endings, with update: true', { body: 'the notes\r\n' }, { update: true }],
    ['with draft: true', {}, { draft: true }],
  ])('is not changed: %s', async (_, fields, change) => {
    const { releases } = published(fields);
    expect(await publish(releases, { assets: files, ...change })).toMatchObject({
      created: false,
      changed: false,
      latest: true,
    });
    expect(changes(releases)).toEqual([]);
  });

  it('with different files is an error that lists each difference, and is not changed', async () => {
    const { releases } = published();
    const error = await failure(publish(releases, { assets: [content('a.txt', 'other'), content('new.txt', 'new')] }));
    expect(error.what).toBe('v1.0.0 is already published with different files');
    expect(error.why).toMatch(/new\.txt is missing\na\.txt has the digest sha256:/);
    expect(error.next).toContain('update: true');
    expect(changes(releases)).toEqual([]);
  });

  it('is changed with update: true, but only once', async () => {
    const { releases } = published({ body: 'old' });
    const change = { update: true, assets: [content('a.txt', 'other')] };
    expect(await publish(releases, change)).toMatchObject({ changed: true });
    expect(onlyRelease(releases)).toMatchObject({
      release: { body: 'the notes', draft: false },
      names: ['a.txt', 'b.txt'],
    });
    expect(changes(releases)).toEqual(['deleteAsset', 'uploadAsset', 'update']);
    expect(await publish(releases, change)).toMatchObject({ changed: false });
  });

  it('keeps its text with update: true if this step has none', async () => {
    const { releases } = published({ body: 'by hand' });
    expect(await publish(releases, { update: true, body: '', assets: files })).toMatchObject({ changed: false });
  });

  it('becomes the latest with update: true, and stays the latest unless make-latest says otherwise', async () => {
    const { releases, release } = published();
    releases.latest = undefined;
    expect(await publish(releases, { update: true })).toMatchObject({ changed: true, latest: true });
    expect(releases.latest).toBe(release.id);
    expect(await publish(releases, { update: true, mayBecomeLatest: async () => false })).toMatchObject({
      changed: false,
      latest: true,
    });
  });

  it.each(['before', 'after'] as const)('becomes the latest although the request fails (%s its work)', async (kind) => {
    const { releases, release } = published();
    releases.latest = undefined;
    releases.injectFailure = (method, count, when) =>
      method === 'update' && count === 1 && when === kind ? serverError(502) : undefined;
    expect(await publish(releases, { update: true })).toMatchObject({ changed: true, latest: true });
    expect(releases.latest).toBe(release.id);
    expect(releases.count('update')).toBe(kind === 'before' ? 2 : 1);
  });

  it('that is immutable keeps its files, but its text can change', async () => {
    const { releases } = published({ immutable: true, body: 'old' });
    const error = await failure(publish(releases, { update: true, assets: [content('a.txt', 'other')] }));
    expect(error.next).toContain('immutable');
    expect(await publish(releases, { update: true, assets: files })).toMatchObject({ changed: true });
  });

  it('is compared by size if the server has no digests', async () => {
    const releases = new FakeReleases();
    releases.digests = false;
    const release = releases.add({ draft: false, body: 'the notes' });
    for (const file of files) releases.addAsset(release.id, file);
    expect(await publish(releases, { assets: files })).toMatchObject({ changed: false });
  });
});
