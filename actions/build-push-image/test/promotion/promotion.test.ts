import { describe, expect, it } from '@jest/globals';
import type { CommitSha, ImageName } from '../../../lib/identifiers.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import { digest, FakeBuilder, FakeRegistry, index, plan, silent } from '../fakes.ts';
import { createScene, promoting, SOURCE } from '../images/scene.ts';

describe('a chosen image', () => {
  it('is promoted by digest, whatever the tag of the commit points to', async () => {
    const { registry, run } = createScene(index('1', 'a'), index('2', 'b'));
    registry.images.set(`staging.example/web@${digest('3')}`, index('3', 'c'));
    const result = await run(promoting('require', { digests: new Map([['web', digest('3')]]) }));
    expect(result).toMatchObject({ digest: digest('3'), promoted: true });
  });

  it.each([{ digests: new Map([['web', digest('3')]]) }, { commit: '1'.repeat(40) as CommitSha }])(
    'is never replaced by a build when it is missing: %j',
    async (chosen) => {
      const { builder, run } = createScene(index('1', 'a'));
      await expect(run(promoting('prefer', chosen))).rejects.toThrow('it was chosen for promotion');
      expect(builder.plans).toEqual([]);
    },
  );
});

describe('promotion', () => {
  it.each(['prefer', 'require'] as const)('with %s copies by digest and builds nothing', async (mode) => {
    const { registry, builder, run } = createScene(index('2', 'b'), index('1', 'a'));
    const earlierCommits = () => Promise.reject(new Error('asked for earlier commits'));
    expect(await run({ ...promoting(mode), earlierCommits })).toMatchObject({
      digest: digest('1'),
      promoted: true,
      metadata: undefined,
    });
    expect(builder.plans).toEqual([]);
    expect(registry.copies[0]?.source).toBe(`staging.example/web@${digest('1')}`);
  });

  it('with prefer builds an image that the source does not have', async () => {
    const { run } = createScene(index('2', 'b'));
    expect(await run(promoting('prefer'))).toMatchObject({ digest: digest('2'), promoted: false });
  });

  it('with prefer builds the first image of a repository that cannot be read before', async () => {
    const { registry, run } = createScene(index('2', 'b'));
    const find = registry.find.bind(registry);
    registry.find = async (reference) => {
      const isThere = [...registry.images.keys()].some((name) => name.startsWith('prod.example/web'));
      if (reference.startsWith('prod.example/') && !isThere) throw new Error('403');
      return find(reference);
    };
    expect(await run(promoting('prefer'))).toMatchObject({ digest: digest('2'), promoted: false });
  });

  it.each(['require', 'verify'] as const)('with %s fails when the source does not have it', async (mode) => {
    const { builder, run } = createScene(index('2', 'b'));
    await expect(run(promoting(mode))).rejects.toMatchObject({ what: `${SOURCE} is missing` });
    expect(builder.plans).toEqual([]);
  });

  it.each(['prefer', 'require', 'verify'] as const)(
    'with %s builds nothing when the source cannot be read',
    async (mode) => {
      const { registry, builder, run } = createScene(index('2', 'b'));
      registry.find = async () => Promise.reject(new Error('401'));
      await expect(run(promoting(mode))).rejects.toThrow('401');
      expect(builder.plans).toEqual([]);
    },
  );

  it('never takes the image of another target', async () => {
    const source = { ...index('1', 'a'), images: [{ platform: 'linux/amd64', digest: digest('a'), target: 'slim' }] };
    const { run } = createScene(index('2', 'b'), source);
    const of = (target: string) => ({ ...promoting('require'), plan: { ...plan, image: { ...plan.image, target } } });
    await expect(run(of('debug'))).rejects.toMatchObject({
      what: `${SOURCE} is another variant`,
      next: expect.stringContaining('tag-suffix'),
    });
    expect((await run(of('slim'))).promoted).toBe(true);
  });

  it('fails when the source lacks a requested platform', async () => {
    const { run } = createScene(index('2', 'b'), index('1', 'a'));
    const withArm = { ...promoting('prefer'), plan: { ...plan, platforms: ['linux/amd64', 'linux/arm64'] } };
    await expect(run(withArm)).rejects.toMatchObject({ why: 'it is for linux/amd64, without linux/arm64' });
  });

  it('does nothing when the tags already point to the digest', async () => {
    const { registry, run } = createScene(index('2', 'b'), index('1', 'a'));
    await run(promoting('prefer'));
    await run(promoting('prefer'));
    expect(registry.copies).toHaveLength(1);
  });
});

describe('verification', () => {
  const source: Manifest = {
    ...index('1', 'a'),
    images: [
      { platform: 'linux/amd64', digest: digest('a') },
      { platform: 'linux/arm64', digest: digest('b') },
    ],
  };
  const verify = (arm: string, imageJob: ImageJob = promoting('verify')) => {
    const registry = new FakeRegistry();
    registry.images.set(SOURCE, source);
    registry.images.set(`staging.example/web@${source.digest}`, source);
    const builder = new FakeBuilder(registry, ({ platforms: [platform] }) =>
      index(platform === 'linux/arm64' ? arm : 'a', 'x'),
    );
    return { registry, builder, result: buildOrPromote(imageJob, { registry, builder }, silent) };
  };

  it('rebuilds each platform without cache and attestations, and copies when the digests are the same', async () => {
    const { builder, registry, result } = verify('b');
    expect(await result).toMatchObject({ digest: digest('1'), promoted: true });
    expect(
      builder.plans.map(({ platforms, output, noCache, provenance }) => ({ platforms, output, noCache, provenance })),
    ).toEqual([
      { platforms: ['linux/amd64'], output: 'check', noCache: true, provenance: 'false' },
      { platforms: ['linux/arm64'], output: 'check', noCache: true, provenance: 'false' },
    ]);
    expect(registry.images.get('prod.example/web:1.0.0')?.digest).toBe(digest('1'));
  });

  it('copies nothing when one platform differs, and reports it', async () => {
    const { registry, result } = verify('c');
    await expect(result).rejects.toMatchObject({
      why: expect.stringContaining(`linux/arm64: ${digest('b')} in the source, ${digest('c')} rebuilt`),
    });
    expect(registry.copies).toEqual([]);
  });

  it('builds a platform that differs again, from the cache of the rebuild, into a file for later steps', async () => {
    const { builder, result } = verify('c', { ...promoting('verify'), temporary: '/runner/temp' });
    await expect(result).rejects.toMatchObject({ why: expect.stringContaining('What differs could not be found out') });
    expect(builder.plans.slice(2).map(({ platforms, noCache, archive }) => ({ platforms, noCache, archive }))).toEqual([
      { platforms: ['linux/arm64'], noCache: false, archive: '/runner/temp/rebuilt-web-linux-arm64.tar' },
    ]);
  });

  it('leaves out annotations that are not for the image of the platform', async () => {
    const annotations = new Map([
      ['a', '1'],
      ['index:b', '2'],
      ['manifest:c', '3'],
      ['manifest[linux/arm64]:d', '4'],
      ['index,manifest:e', '5'],
      ['manifest-descriptor:f', '6'],
    ]);
    const { builder, result } = verify('b', {
      ...promoting('verify'),
      plan: { ...plan, image: { ...plan.image, name: 'web' as ImageName, annotations } },
    });
    await result;
    expect(builder.plans.map(({ image }) => [...image.annotations.keys()].join())).toEqual([
      'a,manifest:c,index,manifest:e',
      'a,manifest:c,manifest[linux/arm64]:d,index,manifest:e',
    ]);
  });
});
