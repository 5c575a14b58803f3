import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { DesiredRelease } from '../../src/releases/desired-release.ts';
import { content, FakeReleases } from '../fake-releases.ts';
import { failure, publish } from '../publishing.ts';

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterAll(() => {
  jest.restoreAllMocks();
});

const [ours, theirs] = [content('a.txt', 'alpha'), content('b.txt', 'beta')];
const change = { assets: [ours], checksums: true } satisfies Partial<DesiredRelease>;
const line = ({ name, digest }: typeof ours) => `${digest.slice('sha256:'.length)}  ${name}\n`;

/** A release that the action published with one file; then someone attached another one. */
async function publishedWithOther(immutable = false) {
  const releases = new FakeReleases();
  releases.immutable = immutable;
  const { release } = await publish(releases, change);
  releases.addAsset(release.id, theirs);
  const before = releases.calls.length;
  return { releases, release, newCalls: () => releases.calls.slice(before) };
}
const sums = (releases: FakeReleases) => {
  const [files] = [...releases.files.values()];
  const asset = [...(files?.values() ?? [])].find(({ name }) => name === 'SHA256SUMS');
  return releases.texts.get(asset?.id ?? 0);
};

describe('a published release with a file of another job', () => {
  it('is as this step wants it without `update`', async () => {
    const { releases, newCalls } = await publishedWithOther();
    expect(await publish(releases, change)).toMatchObject({ changed: false });
    expect(newCalls()).not.toContain('uploadAsset');
  });

  it('gets its checksum with `update`, once', async () => {
    const { releases } = await publishedWithOther();
    expect(await publish(releases, { ...change, update: true })).toMatchObject({ changed: true });
    expect(sums(releases)).toBe(line(ours) + line(theirs));
    expect(await publish(releases, { ...change, update: true })).toMatchObject({ changed: false });
  });

  it('that is immutable is as this step wants it, with and without `update`', async () => {
    const { releases } = await publishedWithOther(true);
    expect(await publish(releases, change)).toMatchObject({ changed: false });
    expect(await publish(releases, { ...change, update: true })).toMatchObject({ changed: false });
  });

  it('keeps that file with other-files: remove, unless `update` is set', async () => {
    const { releases, newCalls } = await publishedWithOther();
    const removing = { ...change, otherFiles: 'remove' } as const;
    expect(await publish(releases, removing)).toMatchObject({ changed: false });
    expect(newCalls()).not.toContain('deleteAsset');
    const { assets } = await publish(releases, { ...removing, update: true });
    expect(assets.map(({ name }) => name).sort()).toEqual(['SHA256SUMS', 'a.txt']);
    expect(sums(releases)).toBe(line(ours));
  });

  it('that is immutable cannot lose that file, which is an error', async () => {
    const { releases } = await publishedWithOther(true);
    const error = await failure(publish(releases, { ...change, otherFiles: 'remove', update: true }));
    expect(error.why).toBe('b.txt is not among the files of this step');
    expect(error.next).toContain('immutable');
  });
});

describe('a published release whose SHA256SUMS', () => {
  const without = async (text: string | undefined) => {
    const { releases, release } = await publishedWithOther();
    const files = releases.files.get(release.id);
    const asset = [...(files?.values() ?? [])].find(({ name }) => name === 'SHA256SUMS');
    files?.delete(asset?.id ?? 0);
    if (text !== undefined) releases.texts.set(releases.addAsset(release.id, content('SHA256SUMS', text)).id, text);
    return releases;
  };

  it.each([
    ['is missing', undefined, 'SHA256SUMS is missing'],
    ['does not have our file', line(theirs), 'SHA256SUMS does not have the checksum of a.txt'],
    ['has another digest', line({ ...theirs, name: 'a.txt' }), 'SHA256SUMS does not have the checksum of a.txt'],
  ])('%s is different, and is corrected with `update`', async (_, text, why) => {
    const releases = await without(text);
    expect((await failure(publish(releases, change))).why).toBe(why);
    await publish(releases, { ...change, update: true });
    expect(sums(releases)).toBe(line(ours) + line(theirs));
  });

  it.each([
    ['in binary mode', (text: string) => text.replace('  ', ' *')],
    [
      'in upper case, with other line ends',
      (text: string) => text.replace(/^\w+/, (hex) => hex.toUpperCase()).replace('\n', '\r\n'),
    ],
  ])('was written by another tool %s is accepted', async (_, rewrite) => {
    expect(await publish(await without(rewrite(line(ours))), change)).toMatchObject({ changed: false });
  });
});
