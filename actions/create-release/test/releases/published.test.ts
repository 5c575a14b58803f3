import { describe, expect, it } from '@jest/globals';
import { markedText } from '../../src/releases/release-text.ts';
import type { Release } from '../../src/releases/releases.ts';
import { collectLog } from '../collect-log.ts';
import { serverError } from '../fake-calls.ts';
import { content, FakeReleases } from '../fake-releases.ts';
import { failure, files, onlyRelease, publish } from '../publishing.ts';

const log = collectLog();

const published = (change: Partial<Release> = {}) => {
  const releases = new FakeReleases();
  const release = releases.add({ draft: false, body: 'the notes', ...change });
  for (const file of files) releases.addAsset(release.id, file);
  releases.latest = release.id;
  return { releases, release };
};

describe('a published release', () => {
  it.each([
    ['as desired', {}, {}],
    ['with a different text', { body: 'edited by hand' }, { textGiven: true }],
    ['as desired, with update: true', {}, { update: true, textGiven: true }],
    ['with the markers, with update: true', { body: markedText('the notes') }, { update: true, textGiven: true }],
    ['with other white space, with update: true', { body: 'the notes\r\n' }, { update: true, textGiven: true }],
    ['with draft: true', {}, { draft: true }],
    ['with what was not given, with update: true', { body: 'x', name: 'Spring', prerelease: true }, { update: true }],
  ])('is not changed: %s', async (_, fields, change) => {
    const { releases } = published(fields);
    expect(await publish(releases, { assets: files, ...change })).toMatchObject({ created: false, changed: false });
    expect(releases.changes).toEqual([]);
  });

  it('differs in what was given, which is a notice without update: true', async () => {
    const { releases } = published({ body: 'other', name: 'Spring' });
    log.clear();
    await publish(releases, { assets: files, name: 'One', textGiven: true, prerelease: true, latest: false });
    expect(releases.changes).toEqual([]);
    expect(log.text).toContain('it differs in name, body, prerelease, make-latest. Set update: true to change it.');
  });

  it('does not differ in what was not given', async () => {
    const { releases } = published({ body: 'other', name: 'Spring', prerelease: true });
    log.clear();
    await publish(releases, { assets: files });
    expect(log.text).toContain('v1.0.0 is already published and up to date');
  });

  it('with different files is an error that lists each difference, and is not changed', async () => {
    const { releases } = published();
    const error = await failure(publish(releases, { assets: [content('a.txt', 'other'), content('new.txt', 'new')] }));
    expect(error.what).toBe('v1.0.0 is already published with different files');
    expect(error.why).toMatch(/new\.txt is missing\na\.txt has the digest sha256:/);
    expect(error.next).toContain('update: true');
    expect(releases.changes).toEqual([]);
  });

  it('that is immutable keeps its files, but its text can change', async () => {
    const { releases } = published({ immutable: true, body: 'old' });
    const error = await failure(publish(releases, { update: true, assets: [content('a.txt', 'other')] }));
    expect(error.next).toContain('immutable');
    expect(await publish(releases, { update: true, textGiven: true, assets: files })).toMatchObject({ changed: true });
  });

  it('is compared by size if the server has no digests', async () => {
    const releases = new FakeReleases();
    releases.digests = false;
    const release = releases.add({ draft: false, body: 'the notes' });
    for (const file of files) releases.addAsset(release.id, file);
    expect(await publish(releases, { assets: files })).toMatchObject({ changed: false });
  });
});

describe('a published release with update: true', () => {
  it('is changed, but only once, and keeps a text that a person wrote', async () => {
    const { releases } = published({ body: 'by hand' });
    const change = { update: true, textGiven: true, assets: [content('a.txt', 'other')] };
    log.clear();
    expect(await publish(releases, change)).toMatchObject({ changed: true });
    expect(onlyRelease(releases)).toMatchObject({
      release: { draft: false, name: 'v1.0.0' },
      text: 'by hand\n\nthe notes',
      names: ['a.txt', 'b.txt'],
    });
    expect(log.text).toContain('Changed body of v1.0.0; its text was kept above the text of this step.');
    expect(releases.changes).toEqual(['deleteAsset', 'uploadAsset', 'update']);
    expect(await publish(releases, change)).toMatchObject({ changed: false });
  });

  it('gets the new text of this step in place of its old one', async () => {
    const { releases } = published({ body: `by hand\n\n${markedText('the old notes')}\n\nand below` });
    await publish(releases, { update: true, textGiven: true });
    expect(onlyRelease(releases).text).toBe('by hand\n\nthe notes\n\nand below');
  });

  it('keeps its text if this step has none', async () => {
    const { releases } = published({ body: 'by hand' });
    const change = { update: true, text: '', textGiven: true, assets: files };
    expect(await publish(releases, change)).toMatchObject({ changed: false });
  });

  it.each([
    [{ name: 'One' }, { name: 'One', prerelease: true, body: 'by hand' }],
    [{ prerelease: false }, { name: 'Spring', prerelease: false, body: 'by hand' }],
    [{ discussionCategory: 'General' }, { name: 'Spring', prerelease: true, discussionUrl: expect.any(String) }],
  ])('changes only what was given: %j', async (change, expected) => {
    const { releases } = published({ body: 'by hand', name: 'Spring', prerelease: true });
    expect(await publish(releases, { update: true, assets: files, ...change })).toMatchObject({ changed: true });
    expect(onlyRelease(releases).release).toMatchObject(expected);
    expect(releases.changes).toEqual(['update']);
  });

  it('does not become the latest because something else changes', async () => {
    const { releases } = published();
    releases.latest = undefined;
    expect(await publish(releases, { update: true, name: 'One' })).toMatchObject({ changed: true });
    expect(releases.latest).toBeUndefined();
  });

  it('becomes the latest with make-latest, and is not touched without it', async () => {
    const { releases, release } = published();
    releases.latest = undefined;
    expect(await publish(releases, { update: true })).toMatchObject({ changed: false });
    expect(await publish(releases, { update: true, latest: true })).toMatchObject({ changed: true });
    expect(releases.latest).toBe(release.id);
  });

  it.each([
    [true, true],
    [false, false],
  ])('that was a pre-release becomes the latest if its version is the highest: %s', async (highest, isLatest) => {
    const { releases } = published({ prerelease: true });
    releases.latest = undefined;
    await publish(releases, { update: true, prerelease: false, defaults: { prerelease: false, latest: highest } });
    expect(releases.latest !== undefined).toBe(isLatest);
  });

  it('keeps a text that a person has edited, and a notice says so', async () => {
    const body = markedText('the notes').replace('notes', 'edited notes');
    const { releases } = published({ body });
    expect(await publish(releases, { update: true, textGiven: true })).toMatchObject({ changed: false });
    expect(log.text).toMatch(/^::notice .*The text of v1\.0\.0 was edited by hand, and was kept \(set body-mode/m);
  });

  it('is not marked as the latest when it becomes a pre-release', async () => {
    const releases = new FakeReleases();
    const release = releases.add({ draft: false });
    releases.update = async (id, changes) => {
      expect(changes).toMatchObject({ prerelease: true, latest: false });
      return { ...release, id, prerelease: true };
    };
    expect(await publish(releases, { update: true, prerelease: true })).toMatchObject({ changed: true });
    expect.assertions(2);
  });

  it.each(['before', 'after'] as const)('becomes the latest although the request fails (%s its work)', async (kind) => {
    const { releases, release } = published();
    releases.latest = undefined;
    releases.injectFailure = (method, count, when) =>
      method === 'update' && count === 1 && when === kind ? serverError(502) : undefined;
    expect(await publish(releases, { update: true, latest: true })).toMatchObject({ changed: true });
    expect(releases.latest).toBe(release.id);
    expect(releases.count('update')).toBe(kind === 'before' ? 2 : 1);
  });
});
