import { describe, expect, it } from '@jest/globals';
import type { ImageTag } from '../../../lib/identifiers.ts';
import { ToolError } from '../../src/buildx/tool-error.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import { digest, FakeBuilder, FakeRegistry, index, job, silent } from '../fakes.ts';

const taggedBy = (commit: string): ImageJob => ({
  ...job,
  tags: [{ name: `sha-${commit}` as ImageTag, moving: false }],
});

/** Builds these images one after the other, each at its own commit, and returns their digests. */
async function buildAll(registry: FakeRegistry, images: readonly Manifest[], change: Partial<ImageJob> = {}) {
  const digests = [];
  for (const [commit, image] of images.entries()) {
    const builder = new FakeBuilder(registry, () => image);
    digests.push(
      (await buildOrPromote({ ...taggedBy(String(commit)), ...change }, { registry, builder }, silent)).digest,
    );
  }
  return digests;
}

const contentTags = (registry: FakeRegistry) =>
  [...registry.images.keys()].filter((reference) => /:content-[0-9a-f]{16}$/.test(reference));

describe('an image that did not change', () => {
  it('has the digest of the commit before, under which no other index was ever tagged', async () => {
    const registry = new FakeRegistry();
    expect(await buildAll(registry, [index('1', 'a'), index('2', 'a'), index('3', 'b'), index('4', 'a')])).toEqual([
      digest('1'),
      digest('1'),
      digest('3'),
      digest('1'),
    ]);
    expect(contentTags(registry)).toHaveLength(2);
    const sources = registry.copies.map(({ source }) => source.slice(-1));
    expect(new Set(sources)).toEqual(new Set(['1', '3']));
  });

  it('is not listed under the tag of its content', async () => {
    const registry = new FakeRegistry();
    const builder = new FakeBuilder(registry, () => index('1', 'a'));
    expect((await buildOrPromote(taggedBy('0'), { registry, builder }, silent)).tags).toEqual(['sha-0']);
  });

  it.each<[string, Manifest[], Partial<ImageJob>, (registry: FakeRegistry) => void]>([
    ['it is not reproducible', [index('1', 'a'), index('2', 'a')], { reproducible: false }, () => undefined],
    [
      'it has other attestations',
      [index('1', 'a'), index('2', 'a')],
      {},
      (registry) => registry.types.set(digest('2'), ['sbom']),
    ],
  ])('has a new digest when %s', async (_title, images, change, prepare) => {
    const registry = new FakeRegistry();
    prepare(registry);
    expect(await buildAll(registry, images, change)).toEqual([digest('1'), digest('2')]);
  });

  it('needs no tag of its content without attestations', async () => {
    const registry = new FakeRegistry();
    await buildAll(registry, [{ ...index('1', 'a'), attestations: [] }]);
    expect(contentTags(registry)).toEqual([]);
  });
});

describe('the tag of a content', () => {
  const refuse = () =>
    Promise.reject(new ToolError('final', { what: 'copying failed', why: 'the tag is immutable', next: 'x' }));
  /** A registry in which the tag of the content of image `a` points to something. */
  async function createScene(pointsTo: Manifest | undefined) {
    const registry = new FakeRegistry();
    await buildAll(registry, [index('1', 'a')]);
    const [tag = ''] = contentTags(registry);
    if (pointsTo === undefined) registry.images.delete(tag);
    else registry.images.set(tag, pointsTo);
    registry.images.delete('prod.example/web:sha-0');
    return { registry, tag };
  }

  it('is set again when someone moved it to another image', async () => {
    const { registry, tag } = await createScene(index('9', 'z'));
    expect(await buildAll(registry, [index('2', 'a')])).toEqual([digest('2')]);
    expect(registry.images.get(tag)?.digest).toBe(digest('2'));
  });

  it.each([
    ['and the concurrent run that set it is followed', index('5', 'a'), '5'],
    ['and the build goes on without it', index('9', 'z'), '2'],
  ])('cannot be set in a registry with immutable tags, %s', async (_title, theirs, expected) => {
    const { registry, tag } = await createScene(undefined);
    registry.images.set(`prod.example/web@${theirs.digest}`, theirs);
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      if (!targets.includes(tag)) return copy(source, targets);
      registry.images.set(tag, theirs);
      return refuse();
    };
    expect(await buildAll(registry, [index('2', 'a')])).toEqual([digest(expected)]);
    expect(registry.images.get('prod.example/web:sha-0')?.digest).toBe(digest(expected));
  });

  it('follows a concurrent run that set it last', async () => {
    const { registry, tag } = await createScene(undefined);
    const theirs = index('5', 'a');
    registry.images.set(`prod.example/web@${theirs.digest}`, theirs);
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      const copied = await copy(source, targets);
      if (targets.includes(tag)) registry.images.set(tag, theirs);
      return copied;
    };
    expect(await buildAll(registry, [index('2', 'a')])).toEqual([theirs.digest]);
  });
});
