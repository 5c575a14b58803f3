import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ActionError } from '../../lib/errors.ts';
import type { DesiredRelease } from '../src/releases/desired-release.ts';
import { connectionReset, content, FakeReleases, serverError } from './fake-releases.ts';
import { failure, files, onlyRelease, publish } from './publishing.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

describe('a new release', () => {
  it('is drafted, gets its files and is published, once and in this order', async () => {
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

  it('needs four requests without files', async () => {
    const releases = new FakeReleases();
    await publish(releases);
    expect(releases.calls).toEqual(['listForTag', 'create', 'listForTag', 'update']);
  });

  it('stays a complete draft without the marker with draft: true, and a second run changes nothing', async () => {
    const releases = new FakeReleases();
    await publish(releases, { assets: files, draft: true });
    expect(onlyRelease(releases).release).toMatchObject({ draft: true, body: 'the notes' });
    const before = releases.calls.length;
    expect(await publish(releases, { assets: files, draft: true })).toMatchObject({ created: false, changed: false });
    expect(releases.calls.slice(before)).not.toContain('update');
  });

  it('is not the latest when a newer version was tagged during the upload', async () => {
    const releases = new FakeReleases();
    expect(await publish(releases, { mayBecomeLatest: async () => false })).toMatchObject({ latest: false });
    expect(releases.latest).toBeUndefined();
  });

  it('can be immutable', async () => {
    const releases = new FakeReleases();
    releases.immutable = true;
    await publish(releases, { assets: files });
    expect(onlyRelease(releases).release).toMatchObject({ draft: false, immutable: true });
    expect(await publish(releases, { assets: files })).toMatchObject({ changed: false });
  });
});

describe('a failure while publishing', () => {
  it.each([
    ['create', 'response lost'],
    ['create', 'request failed'],
    ['uploadAsset', 'response lost'],
    ['uploadAsset', 'request failed'],
    ['update', 'response lost'],
    ['update', 'request failed'],
  ] as const)('of the call %s is retried: %s', async (failedMethod, kind) => {
    for (const error of [connectionReset(), serverError(502)]) {
      const releases = new FakeReleases();
      releases.injectFailure = (method, count, when) =>
        method === failedMethod && count === 1 && when === (kind === 'response lost' ? 'after' : 'before')
          ? error
          : undefined;
      await publish(releases, { assets: files });
      const { release, names } = onlyRelease(releases);
      expect(release).toMatchObject({ draft: false, body: 'the notes' });
      expect(names).toEqual(['a.txt', 'b.txt']);
    }
  });

  it('does not publish twice when the response was lost', async () => {
    const releases = new FakeReleases();
    releases.injectFailure = (method, count, when) =>
      method === 'update' && count === 1 && when === 'after' ? connectionReset() : undefined;
    await publish(releases);
    expect(releases.count('update')).toBe(1);
  });

  it('at any call is completed by the next run', async () => {
    const crash = new Error('killed');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 14 }), fc.boolean(), async (crashCall, after) => {
        const releases = new FakeReleases();
        releases.injectFailure = (_, __, when) =>
          releases.calls.length === crashCall && (when === 'after') === after ? crash : undefined;
        await publish(releases, { assets: files }).catch((error) => expect(error).toBe(crash));
        releases.injectFailure = () => undefined;
        await publish(releases, { assets: files });
        const { release, names } = onlyRelease(releases);
        expect(release).toMatchObject({ draft: false, body: 'the notes' });
        expect(names).toEqual(['a.txt', 'b.txt']);
      }),
    );
  });

  it('keeps the draft when uploads keep being damaged', async () => {
    const releases = new FakeReleases();
    const add = releases.addAsset.bind(releases);
    releases.addAsset = (id, from) => add(id, from, { size: from.size - 1 });
    const error = await failure(publish(releases, { assets: files }));
    expect(error.message).toContain('is 4 bytes, expected 5');
    expect(error.next).toContain('continues where it stopped');
    expect(onlyRelease(releases).release.draft).toBe(true);
  });

  it('is reported when the server renames a file', async () => {
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
  ])('is explained for the response %i %s', async (status, message, next) => {
    const releases = new FakeReleases();
    releases.injectFailure = (method) => (method === 'create' ? serverError(status, message) : undefined);
    const error = await failure(publish(releases));
    expect(error).toBeInstanceOf(ActionError);
    expect(error.next).toContain(next);
    expect(releases.count('create')).toBe(1);
  });
});

describe('onAssets', () => {
  /** The file names of each call, in a run that fails because the server refuses an update. */
  const reportedNames = async (releases: FakeReleases, change: Partial<DesiredRelease>) => {
    releases.injectFailure = (method) =>
      method === 'update' ? serverError(422, 'Repository rule violations found') : undefined;
    const calls: string[][] = [];
    const run = publish(releases, change, async (assets) => {
      calls.push(assets.map(({ name }) => name).sort());
    });
    expect((await failure(run)).next).toContain('bypass list');
    return calls;
  };

  it('is called with all files as soon as they are uploaded and checked, even if publishing fails', async () => {
    const releases = new FakeReleases();
    expect(await reportedNames(releases, { assets: files })).toEqual([['a.txt', 'b.txt']]);
    expect(onlyRelease(releases).release.draft).toBe(true);
    // And again when a second run has nothing to upload.
    expect(await reportedNames(releases, { assets: files })).toEqual([['a.txt', 'b.txt']]);
  });

  it('is called without files too', async () => {
    expect(await reportedNames(new FakeReleases(), {})).toEqual([[]]);
  });

  it('is called before the text of a published release is changed', async () => {
    const releases = new FakeReleases();
    const release = releases.add({ draft: false, body: 'old' });
    releases.addAsset(release.id, content('a.txt', 'alpha'));
    expect(await reportedNames(releases, { update: true, assets: files })).toEqual([['a.txt', 'b.txt']]);
  });
});
