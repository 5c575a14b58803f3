import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ActionError } from '../../lib/errors.ts';
import type { DesiredRelease } from '../src/releases/desired-release.ts';
import { content, FakeReleases, reset, serverError } from './fake-releases.ts';
import { failure, files, onlyRelease, publish } from './publishing.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

describe('a release that is not there', () => {
  it('is drafted, filled and published, in this order and each once', async () => {
    const releases = new FakeReleases();
    const outcome = await publish(releases, { assets: files });
    const { release, names } = onlyRelease(releases);
    expect(release).toMatchObject({ draft: false, body: 'the notes', name: 'v1.0.0' });
    expect(names).toEqual(['a.txt', 'b.txt']);
    expect(outcome).toMatchObject({ created: true, changed: true, latest: true });
    expect(releases.latest).toBe(release.id);
    expect(releases.calls.filter((call) => /create|uploadAsset|update/.test(call))).toEqual([
      'create',
      'uploadAsset',
      'uploadAsset',
      'update',
    ]);
    expect(releases.calls.at(-2)).toBe('update');
  });

  it('takes four requests when there are no files', async () => {
    const releases = new FakeReleases();
    await publish(releases);
    expect(releases.calls).toEqual(['ofTag', 'create', 'ofTag', 'update']);
  });

  it('stays a complete draft without a mark when a draft is asked for, and a second run changes nothing', async () => {
    const releases = new FakeReleases();
    await publish(releases, { assets: files, draft: true });
    expect(onlyRelease(releases).release).toMatchObject({ draft: true, body: 'the notes' });
    const before = releases.calls.length;
    expect(await publish(releases, { assets: files, draft: true })).toMatchObject({ created: false, changed: false });
    expect(releases.calls.slice(before)).not.toContain('update');
  });

  it('is not the latest when a newer version was tagged while it was filled', async () => {
    const releases = new FakeReleases();
    expect(await publish(releases, { mayBecomeLatest: async () => false })).toMatchObject({ latest: false });
    expect(releases.latest).toBeUndefined();
  });

  it('works when releases are immutable', async () => {
    const releases = new FakeReleases();
    releases.immutable = true;
    await publish(releases, { assets: files });
    expect(onlyRelease(releases).release).toMatchObject({ draft: false, immutable: true });
    expect(await publish(releases, { assets: files })).toMatchObject({ changed: false });
  });
});

describe('trouble on the way', () => {
  it.each([
    ['create', 'lost'],
    ['create', 'refused'],
    ['uploadAsset', 'lost'],
    ['uploadAsset', 'refused'],
    ['update', 'lost'],
    ['update', 'refused'],
  ] as const)('survives a %s whose answer is %s', async (method, kind) => {
    for (const error of [reset(), serverError(502)]) {
      const releases = new FakeReleases();
      releases.injectFailure = (at, count, when) =>
        at === method && count === 1 && when === (kind === 'lost' ? 'after' : 'before') ? error : undefined;
      await publish(releases, { assets: files });
      const { release, names } = onlyRelease(releases);
      expect(release).toMatchObject({ draft: false, body: 'the notes' });
      expect(names).toEqual(['a.txt', 'b.txt']);
    }
  });

  it('does not publish a second time when the answer was lost', async () => {
    const releases = new FakeReleases();
    releases.injectFailure = (at, count, when) =>
      at === 'update' && count === 1 && when === 'after' ? reset() : undefined;
    await publish(releases);
    expect(releases.count('update')).toBe(1);
  });

  it('a crash anywhere leaves what the next run finishes', async () => {
    const crash = new Error('killed');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 14 }), fc.boolean(), async (at, after) => {
        const releases = new FakeReleases();
        releases.injectFailure = (_, __, when) =>
          releases.calls.length === at && (when === 'after') === after ? crash : undefined;
        await publish(releases, { assets: files }).catch((error) => expect(error).toBe(crash));
        releases.injectFailure = () => undefined;
        await publish(releases, { assets: files });
        const { release, names } = onlyRelease(releases);
        expect(release).toMatchObject({ draft: false, body: 'the notes' });
        expect(names).toEqual(['a.txt', 'b.txt']);
      }),
    );
  });

  it('leaves the draft when a file arrives damaged again and again', async () => {
    const releases = new FakeReleases();
    const add = releases.addAsset.bind(releases);
    releases.addAsset = (id, from) => add(id, from, { size: from.size - 1 });
    const error = await failure(publish(releases, { assets: files }));
    expect(error.message).toContain('is 4 bytes, expected 5');
    expect(error.next).toContain('continues where it stopped');
    expect(onlyRelease(releases).release.draft).toBe(true);
  });

  it('says so when the server renames a file', async () => {
    const releases = new FakeReleases();
    const add = releases.addAsset.bind(releases);
    releases.addAsset = (id, from) => add(id, from, { name: 'other' });
    expect((await failure(publish(releases, { assets: [files[0] ?? content('x', 'x')] }))).what).toBe(
      'the server renamed a.txt',
    );
  });

  it.each([
    [403, 'Resource not accessible by integration', 'permissions: { contents: write }'],
    [404, 'Not Found', 'permissions: { contents: write }'],
    [401, 'Bad credentials', 'github.token'],
    [422, 'Repository rule violations found', 'bypass list'],
    [422, 'tag_name was used by an immutable release', 'Release a new version'],
    [422, 'target_commitish is invalid', '`target`'],
  ])('explains a refusal (%i %s)', async (status, message, next) => {
    const releases = new FakeReleases();
    releases.injectFailure = (method) => (method === 'create' ? serverError(status, message) : undefined);
    const error = await failure(publish(releases));
    expect(error).toBeInstanceOf(ActionError);
    expect(error.next).toContain(next);
    expect(releases.count('create')).toBe(1);
  });
});

describe('the files of a release', () => {
  /** The names of which the run told before it failed, at a change that the server refuses. */
  const told = async (releases: FakeReleases, change: Partial<DesiredRelease>) => {
    releases.injectFailure = (at) =>
      at === 'update' ? serverError(422, 'Repository rule violations found') : undefined;
    const seen: string[][] = [];
    const run = publish(releases, change, async (assets) => {
      seen.push(assets.map(({ name }) => name).sort());
    });
    expect((await failure(run)).next).toContain('bypass list');
    return seen;
  };

  it('are told as soon as they are uploaded and checked, also when publishing fails', async () => {
    const releases = new FakeReleases();
    expect(await told(releases, { assets: files })).toEqual([['a.txt', 'b.txt']]);
    expect(onlyRelease(releases).release.draft).toBe(true);
    // And again when a second run has nothing to upload.
    expect(await told(releases, { assets: files })).toEqual([['a.txt', 'b.txt']]);
  });

  it('that are none are told too', async () => {
    expect(await told(new FakeReleases(), {})).toEqual([[]]);
  });

  it('of a published release are told before its text is changed', async () => {
    const releases = new FakeReleases();
    const release = releases.add({ draft: false, body: 'old' });
    releases.addAsset(release.id, content('a.txt', 'alpha'));
    expect(await told(releases, { update: true, assets: files })).toEqual([['a.txt', 'b.txt']]);
  });
});
