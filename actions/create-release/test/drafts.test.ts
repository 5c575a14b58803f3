import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { addDraftMarker, isUnfinishedDraft } from '../src/releases/canonical.ts';
import { content, FakeReleases } from './fake-releases.ts';
import { failure, files, onlyRelease, publish } from './publishing.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

describe('an existing draft', () => {
  it("is adopted with this run's text and files; the same file is not uploaded again", async () => {
    const releases = new FakeReleases();
    const draft = releases.add({ body: addDraftMarker('old', 'another-run'), name: 'old' });
    const [a, b] = files;
    if (a === undefined || b === undefined) throw new Error('no files');
    const kept = releases.addAsset(draft.id, a);
    releases.addAsset(draft.id, content('b.txt', 'stale'));
    releases.addAsset(draft.id, content('c.txt', 'by hand'));
    const outcome = await publish(releases, { assets: files });
    expect(onlyRelease(releases)).toMatchObject({
      release: { draft: false, body: 'the notes', name: 'v1.0.0' },
      names: ['a.txt', 'b.txt', 'c.txt'],
    });
    expect(outcome.created).toBe(false);
    expect(releases.count('uploadAsset')).toBe(1);
    expect(releases.files.get(draft.id)?.has(kept.id)).toBe(true);
  });

  it('keeps a text that a person wrote if this step has none', async () => {
    const releases = new FakeReleases();
    releases.add({ body: 'by hand' });
    await publish(releases, { body: '' });
    expect(onlyRelease(releases).release.body).toBe('by hand');
  });

  it('never keeps the marker, even without a text', async () => {
    const releases = new FakeReleases();
    releases.add({ body: addDraftMarker('', 'another-run') });
    await publish(releases, { body: '' });
    expect(onlyRelease(releases).release.body).toBe('');
  });

  it('has an incomplete file uploaded again', async () => {
    const releases = new FakeReleases();
    const draft = releases.add({});
    const incomplete = releases.addAsset(draft.id, content('a.txt', 'alp'), { complete: false });
    await publish(releases, { assets: files });
    expect(releases.files.get(draft.id)?.has(incomplete.id)).toBe(false);
    expect(onlyRelease(releases).names).toEqual(['a.txt', 'b.txt']);
  });

  it('waits for a file that a concurrent run is uploading', async () => {
    const releases = new FakeReleases();
    const draft = releases.add({});
    const [a] = files;
    if (a === undefined) throw new Error('no file');
    const incomplete = releases.addAsset(draft.id, a, { complete: false });
    releases.beforeCall = (method, count) => {
      if (method === 'assets' && count === 3)
        releases.files.get(draft.id)?.set(incomplete.id, { ...incomplete, complete: true });
    };
    await publish(releases, { assets: [a] });
    expect(releases.count('uploadAsset')).toBe(0);
    expect(releases.count('deleteAsset')).toBe(0);
  });

  it('has its files uploaded again if the server has no digests', async () => {
    const releases = new FakeReleases();
    releases.digests = false;
    const draft = releases.add({});
    releases.addAsset(draft.id, content('a.txt', 'omega'));
    await publish(releases, { assets: files });
    expect(releases.count('uploadAsset')).toBe(2);
  });
});

describe('concurrent runs', () => {
  it('end with one release, whatever the order of their requests', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.boolean(), async (scheduler, withFiles) => {
        const releases = new FakeReleases();
        releases.beforeCall = (method) => scheduler.schedule(Promise.resolve(), method);
        const all = [1, 2, 3, 4].map(() => publish(releases, { assets: withFiles ? files : [] }));
        await scheduler.waitFor(Promise.all(all));
        const { release, names } = onlyRelease(releases);
        expect(release).toMatchObject({ draft: false, body: 'the notes' });
        expect(names).toEqual(withFiles ? ['a.txt', 'b.txt'] : []);
        expect((await Promise.all(all)).filter(({ created }) => created)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });

  it('end with one release when a list does not contain the other draft yet', async () => {
    const releases = new FakeReleases();
    releases.add({ id: 1, tag: 'hidden', body: addDraftMarker('the notes', 'another-run') });
    // The other run's release is listed only after this run starts to publish.
    releases.beforeCall = (method) => {
      const other = releases.all.get(1);
      if (method === 'update' && other?.draft)
        releases.all.set(1, { ...other, tag: 'v1.0.0', draft: false, body: 'the notes' });
    };
    const outcome = await publish(releases);
    expect(onlyRelease(releases).release.id).toBe(1);
    expect(outcome).toMatchObject({ created: false, changed: false });
  });

  it('delete unfinished drafts of this action once the release is published, but no draft that a person created', async () => {
    const releases = new FakeReleases();
    releases.add({ id: 1, draft: false, body: 'the notes' });
    releases.add({ id: 2, body: addDraftMarker('x', 'crashed') });
    releases.add({ id: 3, body: 'by hand' });
    await publish(releases);
    expect([...releases.all.keys()]).toEqual([1, 3]);
    expect([...releases.all.values()].some(isUnfinishedDraft)).toBe(false);
  });
});

describe('a concurrent run', () => {
  /** Changes the only release just before the given call. */
  const changeBefore = (
    changedMethod: string,
    changedCount: number,
    change: (releases: FakeReleases, id: number) => void,
  ) => {
    const releases = new FakeReleases();
    releases.beforeCall = (method, count) => {
      const id = [...releases.all.keys()][0];
      if (method === changedMethod && count === changedCount && id !== undefined) change(releases, id);
    };
    return releases;
  };
  const publishConcurrently = (releases: FakeReleases, id: number) => {
    const release = releases.all.get(id);
    if (release !== undefined) releases.all.set(id, { ...release, draft: false, body: 'the notes' });
  };

  it('that publishes the complete draft leaves nothing to publish', async () => {
    const releases = changeBefore('listForTag', 3, publishConcurrently);
    expect(await publish(releases, { assets: files })).toMatchObject({ created: true, changed: false });
    expect(releases.count('update')).toBe(0);
  });

  it('that publishes never loses a file', async () => {
    const releases = changeBefore('uploadAsset', 1, (all, id) => {
      all.addAsset(id, content('a.txt', 'concurrent'));
      publishConcurrently(all, id);
    });
    const error = await failure(publish(releases, { assets: files }));
    expect(error.what).toBe('v1.0.0 is already published with different files');
    expect(releases.count('deleteAsset')).toBe(0);
  });

  it('that deletes the draft makes this run start again', async () => {
    const releases = changeBefore('uploadAsset', 1, (all, id) => {
      all.all.delete(id);
      all.files.delete(id);
    });
    await publish(releases, { assets: files });
    expect(onlyRelease(releases)).toMatchObject({ release: { draft: false }, names: ['a.txt', 'b.txt'] });
  });

  it('that deletes an uploaded file prevents publishing', async () => {
    const releases = changeBefore('assets', 1, (all, id) => all.files.get(id)?.clear());
    expect((await failure(publish(releases, { assets: files }))).why).toBe('a.txt is missing\nb.txt is missing');
    expect(onlyRelease(releases).release.draft).toBe(true);
  });

  it('that crashes leaves a duplicate draft, which is deleted when the release is published', async () => {
    const releases = new FakeReleases();
    releases.add({ id: 1 });
    releases.addAsset(releases.add({ id: 2, body: addDraftMarker('x', 'crashed') }).id, content('a.txt', 'alpha'));
    await publish(releases, { assets: files });
    expect(onlyRelease(releases).release).toMatchObject({ id: 1, draft: false });
  });
});
