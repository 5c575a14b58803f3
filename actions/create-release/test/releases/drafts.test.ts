import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDraftMarker, isUnfinishedDraft } from '../../src/releases/canonical.ts';
import { markedText, visibleText } from '../../src/releases/release-text.ts';
import { collectLog } from '../collect-log.ts';
import type { Method } from '../fake-calls.ts';
import { content, FakeReleases } from '../fake-releases.ts';
import { failure, fileNames, files, onlyRelease, publish } from '../publishing.ts';

const log = collectLog();

describe('an existing draft', () => {
  it("of this action is adopted with this run's text and files; the same file is not uploaded again", async () => {
    const releases = new FakeReleases();
    const draft = releases.add({ body: addDraftMarker(markedText('old'), 'another-run'), prerelease: true });
    const [a, b] = files;
    if (a === undefined || b === undefined) throw new Error('no files');
    const kept = releases.addAsset(draft.id, a);
    releases.addAsset(draft.id, content('b.txt', 'stale'));
    releases.addAsset(draft.id, content('c.txt', 'by hand'));
    log.clear();
    const outcome = await publish(releases, { assets: files });
    expect(log.text).not.toContain('had a draft');
    expect(onlyRelease(releases)).toMatchObject({
      release: { draft: false, name: 'v1.0.0' },
      text: 'the notes',
      names: ['a.txt', 'b.txt', 'c.txt'],
    });
    expect(outcome.created).toBe(false);
    expect(releases.count('uploadAsset')).toBe(1);
    expect(releases.files.get(draft.id)?.has(kept.id)).toBe(true);
  });

  it('of a person keeps its text, title and mark, and a notice says so', async () => {
    const releases = new FakeReleases();
    releases.add({ body: 'by hand', name: 'Spring', prerelease: true });
    log.clear();
    await publish(releases);
    const { release, text } = onlyRelease(releases);
    expect(release).toMatchObject({ draft: false, name: 'Spring', prerelease: true });
    expect(text).toBe('by hand\n\nthe notes');
    expect(releases.latest).toBeUndefined();
    expect(log.text).toContain(
      'v1.0.0 had a draft: its text was kept above the text of this step; its title "Spring" was kept; it is marked as a pre-release, as before.',
    );
  });

  it('of a person gets what the step was asked for', async () => {
    const releases = new FakeReleases();
    releases.add({ body: 'by hand', name: 'Spring', prerelease: true });
    await publish(releases, { name: 'One', prerelease: false, bodyMode: 'replace' });
    const { release, text } = onlyRelease(releases);
    expect(release).toMatchObject({ name: 'One', prerelease: false });
    expect(text).toBe('the notes');
    expect(releases.latest).toBe(release.id);
  });

  it('without a title gets the tag as its title, without a notice', async () => {
    const releases = new FakeReleases();
    releases.add({ name: '' });
    log.clear();
    await publish(releases);
    expect(onlyRelease(releases).release.name).toBe('v1.0.0');
    expect(log.text).not.toContain('had a draft');
  });

  it('keeps a text that a person wrote if this step has none', async () => {
    const releases = new FakeReleases();
    releases.add({ body: 'by hand' });
    await publish(releases, { text: '' });
    expect(onlyRelease(releases).release.body).toBe('by hand');
  });

  it('is completed once: with draft: true a second run changes nothing', async () => {
    const releases = new FakeReleases();
    releases.add({ body: 'by hand\r\n', name: 'Spring' });
    await publish(releases, { draft: true, assets: files });
    const { body } = onlyRelease(releases).release;
    expect(visibleText(body)).toBe('by hand\n\nthe notes');
    const before = releases.changes.length;
    expect(await publish(releases, { draft: true, assets: files })).toMatchObject({ changed: false });
    expect(releases.changes).toHaveLength(before);
    await publish(releases, { assets: files });
    expect(onlyRelease(releases).release).toMatchObject({ draft: false, body, name: 'Spring' });
  });

  it('never keeps the marker, even without a text', async () => {
    const releases = new FakeReleases();
    releases.add({ body: addDraftMarker('', 'another-run') });
    await publish(releases, { text: '' });
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
      if (method === 'get' && count === 3)
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

describe('a draft that lists do not show yet', () => {
  it.each([false, true])('is known by its id to the run that created it, with draft: %s', async (draft) => {
    const releases = new FakeReleases();
    releases.beforeCall = () => {
      for (const id of releases.all.keys()) releases.hidden.add(id);
    };
    await publish(releases, { assets: files, draft });
    expect(releases.count('create')).toBe(1);
    expect(onlyRelease(releases)).toMatchObject({ release: { draft }, names: ['a.txt', 'b.txt'] });
  });

  it('is not created again when its response was lost and the list shows it', async () => {
    const releases = new FakeReleases();
    releases.injectFailure = (method, count, when) =>
      method === 'create' && count === 1 && when === 'after'
        ? Object.assign(new Error(), { code: 'EPIPE' })
        : undefined;
    await publish(releases, { assets: files, draft: true });
    expect(releases.count('create')).toBe(1);
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
        const { release, text, names } = onlyRelease(releases);
        expect(release.draft).toBe(false);
        expect(text).toBe('the notes');
        expect(names).toEqual(withFiles ? ['a.txt', 'b.txt'] : []);
        expect((await Promise.all(all)).filter(({ created }) => created)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });

  it('share one draft with draft: true, which has the files of all', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const releases = new FakeReleases();
        releases.beforeCall = (method) => scheduler.schedule(Promise.resolve(), method);
        const all = files.map((file) => publish(releases, { draft: true, assets: [file] }));
        await scheduler.waitFor(Promise.all(all));
        expect(onlyRelease(releases)).toMatchObject({ release: { draft: true }, names: ['a.txt', 'b.txt'] });
      }),
      { numRuns: 200 },
    );
  });

  it('end with one release when a list does not contain the other draft yet', async () => {
    const releases = new FakeReleases();
    releases.add({ id: 1, body: addDraftMarker('the notes', 'another-run') });
    releases.hidden.add(1);
    // The other run's release is listed only after this run starts to publish.
    releases.beforeCall = (method) => {
      const other = releases.all.get(1);
      if (method !== 'update' || !other?.draft) return;
      releases.all.set(1, { ...other, draft: false, body: 'the notes' });
      releases.hidden.clear();
    };
    const outcome = await publish(releases);
    expect(onlyRelease(releases).release.id).toBe(1);
    expect(outcome).toMatchObject({ created: false, changed: false });
  });

  it('delete unfinished drafts of this action once the release is published, but no draft of a person', async () => {
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
    changedMethod: Method,
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
    const releases = changeBefore('state', 1, publishConcurrently);
    releases.add({ body: addDraftMarker('x', 'another-run') });
    expect(await publish(releases, { assets: files })).toMatchObject({ created: false, changed: false });
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
    const releases = changeBefore('get', 1, (all, id) => all.files.get(id)?.clear());
    expect((await failure(publish(releases, { assets: files }))).why).toBe('a.txt is missing\nb.txt is missing');
    expect(onlyRelease(releases).release.draft).toBe(true);
  });

  it('that crashed has left a draft, which is completed, and that of a person is kept beside it', async () => {
    const releases = new FakeReleases();
    const crashed = releases.add({ id: 1, body: addDraftMarker('x', 'crashed') });
    const other = releases.add({ id: 2, body: 'by hand' });
    await publish(releases, { assets: files });
    expect(releases.all.get(crashed.id)?.draft).toBe(false);
    expect(fileNames(releases, crashed.id)).toEqual(['a.txt', 'b.txt']);
    expect(releases.all.get(other.id)).toEqual(other);
  });
});
