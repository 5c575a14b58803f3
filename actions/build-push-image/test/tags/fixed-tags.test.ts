import { describe, expect, it } from '@jest/globals';
import type { ImageTag, RegistryName } from '../../../lib/identifiers.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Promotion } from '../../src/inputs/promotion-input.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import { digest, FakeBuilder, FakeRegistry, index, job, silent } from '../fakes.ts';

const REPOSITORY = 'prod.example/web';
const SHA: ImageTag = job.shaTag;
const arm = (indexDigit: string, image: string) => index(indexDigit, image, 'linux/arm64');
const ofCommit: ImageJob = { ...job, tags: [{ name: SHA, moving: false, ofCommit: true }] };
const ofVersion: ImageJob = { ...job, tags: [{ name: '1.0.0' as ImageTag, moving: false }] };

function createScene() {
  const registry = new FakeRegistry();
  const notices: string[] = [];
  const log = { ...silent, notice: (text: string) => notices.push(text) };
  const run = (imageJob: ImageJob, built: Manifest) =>
    buildOrPromote(imageJob, { registry, builder: new FakeBuilder(registry, () => built) }, log);
  const named = (tag: string) => registry.images.get(`${REPOSITORY}:${tag}`);
  return { registry, notices, run, named };
}

/** The tags that were set, without those that name the content of an image. */
const tagged = ({ copies }: FakeRegistry) =>
  copies.flatMap(({ targets }) => targets).filter((target) => !target.includes(':content-'));

const platformsOf = (manifest: Manifest | undefined) => manifest?.images.map(({ platform }) => platform);

describe('the tag of a version', () => {
  it('is not taken from another image, and no tag is set', async () => {
    const { registry, run } = createScene();
    registry.release(REPOSITORY, index('1', 'a'), '1.0.0');
    const tags = [...ofCommit.tags, ...ofVersion.tags];
    await expect(run({ ...job, tags }, index('2', 'b'))).rejects.toMatchObject({
      what: `${REPOSITORY}:1.0.0 already names another image`,
      why: expect.stringContaining(digest('1')),
      next: expect.stringContaining('overwrite-tags: true'),
    });
    expect(tagged(registry)).toEqual([]);
  });

  it('is not taken from another image by a promotion either', async () => {
    const { registry, run } = createScene();
    registry.release(REPOSITORY, index('1', 'a'), '1.0.0');
    registry.release('staging.example/web', index('2', 'b'), SHA);
    const promotion: Promotion = {
      from: 'staging.example' as RegistryName,
      mode: 'require',
      commit: undefined,
      digests: new Map(),
    };
    await expect(run({ ...ofVersion, promotion }, index('2', 'b'))).rejects.toMatchObject({
      what: `${REPOSITORY}:1.0.0 already names another image`,
    });
    expect(tagged(registry)).toEqual([]);
  });

  it('is replaced with `overwrite-tags: true`', async () => {
    const { registry, run, named } = createScene();
    registry.release(REPOSITORY, index('1', 'a'), '1.0.0');
    await run({ ...ofVersion, overwriteTags: true }, index('2', 'b'));
    expect(named('1.0.0')?.digest).toBe(digest('2'));
  });

  it('follows the commit when a job adds a platform', async () => {
    const { run, named } = createScene();
    const tags = [...ofCommit.tags, ...ofVersion.tags];
    await run({ ...job, tags }, index('1', 'a'));
    await run({ ...job, tags }, arm('2', 'b'));
    expect(platformsOf(named('1.0.0'))).toEqual(['linux/amd64', 'linux/arm64']);
    expect(named('1.0.0')).toBe(named(SHA));
  });
});

describe('the tag of a commit', () => {
  it('names the images of all jobs, each for its platform', async () => {
    const { registry, notices, run, named } = createScene();
    await run(ofCommit, index('1', 'a'));
    const result = await run(ofCommit, arm('2', 'b'));
    expect(platformsOf(named(SHA))).toEqual(['linux/amd64', 'linux/arm64']);
    expect(result).toMatchObject({ digest: named(SHA)?.digest, platforms: ['linux/amd64', 'linux/arm64'] });
    expect(result.metadata).toMatchObject({ 'containerimage.digest': result.digest });
    expect(registry.merges.map(({ sources }) => sources)).toEqual([
      [`${REPOSITORY}@${digest('1')}`, `${REPOSITORY}@${digest('2')}`],
    ]);
    expect(notices).toEqual([expect.stringContaining('merged with linux/arm64')]);
  });

  it('stays when a job builds again what the merged image has', async () => {
    const { registry, run, named } = createScene();
    await run(ofCommit, index('1', 'a'));
    await run(ofCommit, arm('2', 'b'));
    const merged = named(SHA);
    expect((await run(ofCommit, index('3', 'a'))).digest).toBe(merged?.digest);
    expect(named(SHA)).toBe(merged);
    expect(registry.merges).toHaveLength(1);
  });

  it('has both images when two jobs set it at the same moment', async () => {
    const { registry, run, named } = createScene();
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      const copied = await copy(source, targets);
      if (!targets.includes(`${REPOSITORY}:${SHA}`)) return copied;
      registry.copy = copy;
      registry.release(REPOSITORY, arm('2', 'b'), SHA);
      return copied;
    };
    const result = await run(ofCommit, index('1', 'a'));
    expect(platformsOf(named(SHA))).toEqual(['linux/amd64', 'linux/arm64']);
    expect(result.digest).toBe(named(SHA)?.digest);
  });

  it('has both images when another job replaces it after it was read back', async () => {
    const { registry, run, named } = createScene();
    const find = registry.find.bind(registry);
    let reads = 0;
    registry.find = async (reference) => {
      const found = await find(reference);
      if (reference === `${REPOSITORY}:${SHA}` && ++reads === 2) registry.release(REPOSITORY, arm('2', 'b'), SHA);
      return found;
    };
    await run({ ...ofCommit, confirmSeconds: 0 }, index('1', 'a'));
    expect(platformsOf(named(SHA))).toEqual(['linux/amd64', 'linux/arm64']);
  });

  it('has both images when another job sets it during the merge', async () => {
    const { registry, run, named } = createScene();
    registry.release(REPOSITORY, arm('2', 'b'), SHA);
    const merge = registry.merge.bind(registry);
    registry.merge = async (repository, sources, targets) => {
      await merge(repository, sources, targets);
      registry.merge = merge;
      const theirs = index('3', 'c', 'linux/s390x');
      registry.release(REPOSITORY, theirs, SHA);
      return theirs.digest;
    };
    await run(ofCommit, index('1', 'a'));
    expect(platformsOf(named(SHA))).toEqual(['linux/amd64', 'linux/s390x']);
  });

  it('is not taken from another image for the same platform', async () => {
    const { registry, run, named } = createScene();
    await run(ofCommit, index('1', 'a'));
    await expect(run(ofCommit, index('2', 'b'))).rejects.toMatchObject({
      what: `${REPOSITORY}:${SHA} already names another image`,
      next: expect.stringContaining('tag-suffix'),
    });
    expect(named(SHA)?.digest).toBe(digest('1'));
    expect(tagged(registry)).toEqual([`${REPOSITORY}:${SHA}`]);
  });

  it.each<[string, Partial<ImageJob>]>([
    ['the build is not reproducible', { reproducible: false }],
    ['tags may be overwritten', { overwriteTags: true }],
  ])('moves to a new build, with a notice, when %s', async (_title, change) => {
    const { notices, run, named } = createScene();
    const tags = [...ofCommit.tags, ...ofVersion.tags];
    await run({ ...job, tags }, index('1', 'a'));
    await run({ ...job, tags, ...change }, index('2', 'b'));
    expect([named(SHA)?.digest, named('1.0.0')?.digest]).toEqual([digest('2'), digest('2')]);
    expect(notices).toEqual([expect.stringContaining(`is moved from ${digest('1')}`)]);
  });

  it('moves to another result of the same build, with a notice that it is not reproducible', async () => {
    const { registry, notices, run, named } = createScene();
    for (const digit of ['1', '2']) registry.requests.set(digest(digit), 'the same');
    await run(ofCommit, index('1', 'a'));
    await run(ofCommit, index('2', 'b'));
    expect(named(SHA)?.digest).toBe(digest('2'));
    expect(notices).toEqual([expect.stringContaining('so it is not reproducible')]);
  });

  it('does not move to the result of a build with other arguments', async () => {
    const { registry, run, named } = createScene();
    for (const digit of ['1', '2']) registry.requests.set(digest(digit), `WHO=${digit}`);
    await run(ofCommit, index('1', 'a'));
    await expect(run(ofCommit, index('2', 'b'))).rejects.toThrow('already names another image');
    expect(named(SHA)?.digest).toBe(digest('1'));
  });

  it('keeps the other platforms when one is built again', async () => {
    const { run, named } = createScene();
    await run({ ...ofCommit, reproducible: false }, index('1', 'a'));
    await run({ ...ofCommit, reproducible: false }, arm('2', 'b'));
    await run({ ...ofCommit, reproducible: false }, arm('3', 'c'));
    expect(named(SHA)?.images.map((image) => image.digest)).toEqual([digest('a'), digest('c')]);
  });

  it.each<[string, (target: string) => Manifest]>([
    ['for the same platform', (target) => withTarget(index('2', 'b'), target)],
    ['for another platform', (target) => withTarget(arm('2', 'b'), target)],
  ])('is not shared with another target, %s, reproducible or not', async (_title, create) => {
    const { run } = createScene();
    const once = { ...ofCommit, reproducible: false };
    await run(once, withTarget(index('1', 'a'), 'slim'));
    await expect(run(once, create('debug'))).rejects.toMatchObject({ what: expect.stringContaining('already names') });
    await run(once, create('slim'));
  });
});

const withTarget = (manifest: Manifest, target: string): Manifest => ({
  ...manifest,
  images: manifest.images.map((image) => ({ ...image, target })),
});
