import { describe, expect, it } from '@jest/globals';
import { collectLog } from '../collect-log.ts';
import { type Method, serverError } from '../fake-calls.ts';
import { FakeHistory, sha } from '../fake-history.ts';
import { FakeReleases } from '../fake-releases.ts';
import { failure, onlyRelease } from '../publishing.ts';
import { expectReleaseOf, filesOf, move, scene } from './moving.ts';

collectLog();

describe('a tag that moves', () => {
  it('gets a new release: all files first, then the old one is hidden, the tag moved, the new one published', async () => {
    const all = scene();
    let atPublishing: unknown;
    all.releases.beforeCall = (method, count) => {
      if (method === 'update' && count === 2) atPublishing = all.history.all.get('nightly');
    };
    expect(await move(all, 'b')).toMatchObject({ created: true, changed: true });
    const order: Method[] = ['create', 'uploadAsset', 'uploadAsset', 'update', 'replaceTag', 'update', 'deleteRelease'];
    expect(all.releases.changes).toEqual(order);
    expect(atPublishing).toBe(sha('b'));
    expect(all.history.replaceTagCalls).toEqual([['nightly', sha('a'), sha('b')]]);
    expectReleaseOf(all, 'b');
  });

  it('keeps the title, the text and the mark of its release, unless the step was asked to change them', async () => {
    const all = scene({ prerelease: true });
    await move(all, 'b');
    expect(onlyRelease(all.releases)).toMatchObject({
      release: { name: 'Nightly', prerelease: true },
      text: 'by hand\n\nthe notes',
    });
    await move(all, 'c', { name: 'Night', prerelease: false, bodyMode: 'replace', text: 'new' });
    expect(onlyRelease(all.releases)).toMatchObject({ release: { name: 'Night', prerelease: false }, text: 'new' });
  });

  it('is created with its release', async () => {
    const releases = new FakeReleases();
    const all = { releases, history: new FakeHistory([], { releases }) };
    await move(all, 'b');
    expect(all.history.replaceTagCalls).toEqual([['nightly', undefined, sha('b')]]);
    expectReleaseOf(all, 'b');
    expect(onlyRelease(releases)).toMatchObject({ release: { name: 'nightly' }, text: 'the notes' });
  });

  it('changes nothing when the step runs again', async () => {
    const all = scene();
    await move(all, 'b');
    const before = all.releases.changes.length;
    expect(await move(all, 'b')).toMatchObject({ created: false, changed: false });
    expect(all.releases.changes).toHaveLength(before);
  });

  it('gets its release replaced if only the files differ', async () => {
    const all = scene();
    await move(all, 'b');
    const { changed } = await move(all, 'b', { assets: filesOf('x') });
    expect(changed).toBe(true);
    expect(onlyRelease(all.releases).names).toEqual(['a.txt', 'b.txt']);
    expect(await move(all, 'b', { assets: filesOf('x').slice(0, 1) })).toMatchObject({ changed: true });
    expect(onlyRelease(all.releases).names).toEqual(['a.txt']);
    expect(all.releases.count('replaceTag')).toBe(1);
  });

  it('does not touch the draft of a person', async () => {
    const all = scene();
    const draft = all.releases.add({ tag: 'nightly', body: 'by hand' });
    await move(all, 'b');
    expect(all.releases.all.get(draft.id)).toEqual(draft);
    expect(all.releases.all.size).toBe(2);
  });

  it('is refused for an immutable release, before anything changes', async () => {
    const all = scene({ immutable: true });
    const error = await failure(move(all, 'b'));
    expect(error.what).toBe('the release nightly cannot move');
    expect(error.next).toContain('Turn immutable releases off');
    expect(all.releases.changes).toEqual([]);
  });

  it('stays with its old release, published again, if a rule forbids the move', async () => {
    const all = scene();
    all.releases.latest = all.releases.add({ tag: 'v1.0.0', draft: false }).id;
    all.releases.injectFailure = (method) =>
      method === 'replaceTag' ? serverError(422, 'Cannot update this protected ref.') : undefined;
    const updates: unknown[] = [];
    const update = all.releases.update.bind(all.releases);
    all.releases.update = (id, changes) => {
      updates.push(changes.latest);
      return update(id, changes);
    };
    const error = await failure(move(all, 'b'));
    expect(error.next).toContain('bypass list');
    expect(all.releases.all.get(all.old.id)).toEqual(all.old);
    expect(all.history.all.get('nightly')).toBe(sha('a'));
    // GitHub makes a newly published release the latest, unless the request says otherwise.
    expect(updates).toEqual([undefined, false]);
    // The draft of this run can never be published.
    expect([...all.releases.all.values()].filter(({ tag }) => tag === 'nightly')).toHaveLength(1);
  });
});
