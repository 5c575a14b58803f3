import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ActionError } from '../../../lib/errors.ts';
import type { DesiredRelease } from '../../src/releases/desired-release.ts';
import { visibleText } from '../../src/releases/release-text.ts';
import { collectLog } from '../collect-log.ts';
import { connectionReset, type Method, serverError } from '../fake-calls.ts';
import { content, FakeReleases } from '../fake-releases.ts';
import { failure, files, onlyRelease, publish } from '../publishing.ts';

collectLog();

describe('a new release', () => {
  it('is drafted, gets its files and is published, once and in this order', async () => {
    const releases = new FakeReleases();
    const outcome = await publish(releases, { assets: files });
    const { release, text, names } = onlyRelease(releases);
    expect(release).toMatchObject({ draft: false, prerelease: false, name: 'v1.0.0' });
    expect(text).toBe('the notes');
    expect(names).toEqual(['a.txt', 'b.txt']);
    expect(outcome).toMatchObject({ created: true, changed: true, assets: [{ name: 'a.txt' }, { name: 'b.txt' }] });
    expect(releases.latest).toBe(release.id);
    expect(releases.calls).toEqual(['create', 'uploadAsset', 'uploadAsset', 'get', 'update']);
  });

  it('needs two requests without files', async () => {
    const releases = new FakeReleases();
    await publish(releases);
    expect(releases.calls).toEqual(['create', 'update']);
  });

  it('has the title, the marks and the discussion that the step asks for', async () => {
    const releases = new FakeReleases();
    await publish(releases, { name: 'One', prerelease: true, discussionCategory: 'Announcements' });
    const { release } = onlyRelease(releases);
    expect(release).toMatchObject({ name: 'One', prerelease: true, discussionUrl: expect.any(String) });
    expect(releases.latest).toBeUndefined();
  });

  it('is the latest only if the version or make-latest says so', async () => {
    for (const [change, isLatest] of [
      [{ defaults: { prerelease: false, latest: false } }, false],
      [{ defaults: { prerelease: false, latest: false }, latest: true }, true],
      [{ latest: false }, false],
      [{ defaults: { prerelease: true, latest: true } }, false],
    ] as const) {
      const releases = new FakeReleases();
      await publish(releases, change);
      expect(releases.latest !== undefined).toBe(isLatest);
    }
  });

  it('stays a complete draft without the marker with draft: true, and a second run changes nothing', async () => {
    const releases = new FakeReleases();
    await publish(releases, { assets: files, draft: true });
    const { release, text } = onlyRelease(releases);
    expect(release).toMatchObject({ draft: true, body: expect.not.stringContaining('unfinished draft') });
    expect(text).toBe('the notes');
    const before = releases.changes.length;
    expect(await publish(releases, { assets: files, draft: true })).toMatchObject({ created: false, changed: false });
    expect(releases.changes).toHaveLength(before);
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
  const FAILURES = (['create', 'uploadAsset', 'update'] as const).flatMap((method) =>
    (['response lost', 'request failed'] as const).map((kind) => [method, kind] as const),
  );
  it.each(FAILURES)('of the call %s is retried: %s', async (failedMethod, kind) => {
    for (const error of [connectionReset(), serverError(502)]) {
      const releases = new FakeReleases();
      releases.injectFailure = (method, count, when) =>
        method === failedMethod && count === 1 && when === (kind === 'response lost' ? 'after' : 'before')
          ? error
          : undefined;
      await publish(releases, { assets: files });
      const { release, text, names } = onlyRelease(releases);
      expect(release.draft).toBe(false);
      expect(text).toBe('the notes');
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
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.boolean(), async (crashCall, after) => {
        const releases = new FakeReleases();
        releases.injectFailure = (_, __, when) =>
          releases.calls.length === crashCall && (when === 'after') === after ? crash : undefined;
        await publish(releases, { assets: files }).catch((error) => expect(error).toBe(crash));
        releases.injectFailure = () => undefined;
        await publish(releases, { assets: files });
        const { release, text, names } = onlyRelease(releases);
        expect(release.draft).toBe(false);
        expect(text).toBe('the notes');
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
    const error = await failure(publish(releases, { assets: [content('a.txt', 'alpha')] }));
    expect(error.what).toBe('the server renamed a.txt');
  });

  it('is reported when the server accepts the change, but the release is still a draft', async () => {
    const releases = new FakeReleases();
    const update = releases.update.bind(releases);
    releases.update = (id, changes) => update(id, { ...changes, draft: true });
    expect((await failure(publish(releases))).what).toBe('the release v1.0.0 was not published');
  });

  it.each([
    [403, 'Resource not accessible by integration', 'permissions: { contents: write }'],
    [404, 'Not Found', 'permissions: { contents: write }'],
    [401, 'Bad credentials', 'github.token'],
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

describe('a draft that can never be published', () => {
  const PERMANENT_ERRORS = [
    ['tag_name was used by an immutable release', 'Release a new version'],
    ['Repository rule violations found', 'bypass list'],
  ] as const;
  const refuse = (releases: FakeReleases, message: string) => {
    releases.injectFailure = (method) => (method === 'update' ? serverError(422, message) : undefined);
    return failure(publish(releases, { assets: files }));
  };

  it.each(PERMANENT_ERRORS)('is deleted if this run has created it: %s', async (message, next) => {
    const releases = new FakeReleases();
    expect((await refuse(releases, message)).next).toContain(next);
    expect(releases.all.size).toBe(0);
  });

  it.each(PERMANENT_ERRORS)('is kept if a person has created it: %s', async (message, next) => {
    const releases = new FakeReleases();
    releases.add({ body: 'by hand' });
    expect((await refuse(releases, message)).next).toContain(next);
    expect(onlyRelease(releases).text).toBe('by hand');
  });

  it('is reported as such, even if it cannot be deleted', async () => {
    const releases = new FakeReleases();
    releases.injectFailure = (method) => {
      if (method === 'deleteRelease') return serverError(403, 'Forbidden');
      return method === 'update' ? serverError(422, 'tag_name was used by an immutable release') : undefined;
    };
    expect((await failure(publish(releases))).next).toBe('Release a new version.');
  });

  it('stays after any other refusal', async () => {
    const releases = new FakeReleases();
    releases.injectFailure = (method) => (method === 'update' ? serverError(422, 'Validation Failed') : undefined);
    expect((await failure(publish(releases, { assets: files }))).what).toBe('publishing the release v1.0.0 failed');
    expect(onlyRelease(releases)).toMatchObject({ release: { draft: true }, names: ['a.txt', 'b.txt'] });
  });
});

describe('onAssets', () => {
  /** The file names of each call, in a run that fails because the server refuses an update. */
  const reportedNames = async (releases: FakeReleases, change: Partial<DesiredRelease>) => {
    releases.injectFailure = (method) => (method === 'update' ? serverError(422, 'no') : undefined);
    const calls: string[][] = [];
    const onAssets = async (assets: readonly { name: string }[]) => {
      calls.push(assets.map(({ name }) => name).sort());
    };
    await failure(publish(releases, change, { onAssets }));
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
    const change = { update: true, textGiven: true, assets: files };
    expect(await reportedNames(releases, change)).toEqual([['a.txt', 'b.txt']]);
  });
});

describe('the requests of a run', () => {
  const MUTATIONS: readonly Method[] = ['create', 'update', 'uploadAsset'];
  it('change nothing when it runs again', async () => {
    const releases = new FakeReleases();
    for (const change of [{}, { update: true, textGiven: true }, { update: true, name: 'One', textGiven: true }]) {
      await publish(releases, { assets: files, ...change });
      const before = releases.changes.length;
      expect(await publish(releases, { assets: files, ...change })).toMatchObject({ created: false, changed: false });
      expect(releases.changes.slice(before)).toEqual([]);
    }
    expect(MUTATIONS).toEqual(expect.arrayContaining([...new Set(releases.changes)]));
    expect(visibleText(onlyRelease(releases).release.body)).toBe('the notes');
  });
});
