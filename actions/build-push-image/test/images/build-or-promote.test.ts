import { describe, expect, it } from '@jest/globals';
import type { CommitSha, ImageName, ImageTag, RegistryName } from '../../../lib/identifiers.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Promotion } from '../../src/inputs/promotion-input.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import { COPIED, digest, FakeBuilder, FakeRegistry, index, job, noOptions, plan, silent } from '../fakes.ts';

const from = 'staging.example' as RegistryName;
const promoting = (mode: Promotion['mode'], chosen: Partial<Promotion> = {}): ImageJob => ({
  ...job,
  promotion: { from, mode, commit: undefined, digests: new Map(), ...chosen },
});
const SOURCE = 'staging.example/web:sha-0123456789ab';

/** A registry with the tested image, and a builder that builds the given image. */
function createScene(built: Manifest, source?: Manifest) {
  const registry = new FakeRegistry();
  if (source !== undefined) {
    registry.images.set(SOURCE, source);
    registry.images.set(`staging.example/web@${source.digest}`, source);
  }
  const builder = new FakeBuilder(registry, () => built);
  return {
    registry,
    builder,
    run: (imageJob: ImageJob) => buildOrPromote(imageJob, { registry, builder }, silent),
  };
}

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

describe('an image with outputs', () => {
  const options = { ...noOptions, load: true };
  const loaded = (change: Partial<ImageJob> = {}): ImageJob => ({
    ...job,
    ...change,
    plan: { ...plan, image: { ...plan.image, options } },
  });

  it('is written to them under its names', async () => {
    const { builder, run } = createScene(index('1', 'a'));
    await run(loaded());
    expect(builder.exports).toEqual([['prod.example/web:1.0.0', 'prod.example/web:latest']]);
  });

  it('is not written when it is copied, with a notice', async () => {
    const { registry, builder } = createScene(index('1', 'a'), index('1', 'a'));
    const notices: string[] = [];
    const log = { ...silent, notice: (text: string) => void notices.push(text) };
    await buildOrPromote(loaded({ promotion: promoting('require').promotion }), { registry, builder }, log);
    expect(builder.exports).toEqual([]);
    expect(notices.join()).toContain('its `outputs` are not written');
  });
});

describe('an image that is built', () => {
  it('gets its tags after the push, in one call', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    expect(await run(job)).toMatchObject({
      ref: `prod.example/web@${digest('1')}`,
      tags: ['1.0.0', 'latest'],
      platforms: ['linux/amd64'],
      promoted: false,
      metadata: { 'containerimage.digest': digest('1') },
    });
    expect(registry.copies.slice(1)).toEqual([
      { source: `prod.example/web@${digest('1')}`, targets: ['prod.example/web:1.0.0', 'prod.example/web:latest'] },
    ]);
  });

  it('reuses the digest of an equivalent image of an earlier run', async () => {
    const { registry, run } = createScene(index('2', 'a'));
    registry.images.set('prod.example/web:1.0.0', index('1', 'a'));
    registry.images.set(`prod.example/web@${digest('1')}`, index('1', 'a'));
    expect(await run(job)).toMatchObject({ digest: digest('1'), metadata: { 'containerimage.digest': digest('1') } });
    expect(registry.copies).toEqual([
      { source: `prod.example/web@${digest('1')}`, targets: ['prod.example/web:latest'] },
    ]);
  });

  it.each<[string, Manifest, boolean, string[]]>([
    ['the existing one has other attestations', index('1', 'a'), true, ['sbom']],
    ['it is not reproducible', index('1', 'a'), false, []],
    ['a moving tag names a different image', index('1', 'b'), true, []],
  ])('gets its own digest when %s', async (_title, existing, reproducible, types) => {
    const { registry, run } = createScene(index('2', 'a'));
    registry.types.set(digest('1'), types);
    registry.images.set('prod.example/web:latest', existing);
    expect((await run({ ...job, reproducible })).digest).toBe(digest('2'));
    expect(registry.images.get('prod.example/web:latest')?.digest).toBe(digest('2'));
  });

  it('changes nothing in a second run', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    await run(job);
    const { length } = registry.copies;
    await run(job);
    expect(registry.copies).toHaveLength(length);
  });

  it('is neither promoted nor tagged when it is only checked', async () => {
    const { registry, run } = createScene(index('1', 'a'), index('9', 'a'));
    const checked = await run({ ...promoting('prefer'), plan: { ...plan, output: 'check' } });
    expect(checked).toMatchObject({ digest: digest('1'), tags: [], promoted: false });
    expect(registry.copies).toEqual([]);
  });

  it('is an error when a tag points to another image afterwards', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    registry.copy = async () => {
      registry.images.set('prod.example/web:1.0.0', index('5', 'b'));
      return COPIED;
    };
    await expect(run(job)).rejects.toMatchObject({ what: 'prod.example/web:1.0.0 is not what was pushed' });
  });

  it('reuses an equivalent image that a concurrent run pushed, for all tags', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    const copy = registry.copy.bind(registry);
    const theirs = index('5', 'a');
    registry.images.set(`prod.example/web@${theirs.digest}`, theirs);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      if (!targets.includes('prod.example/web:1.0.0')) return COPIED;
      registry.copy = copy;
      registry.images.set('prod.example/web:1.0.0', theirs);
      return COPIED;
    };
    expect((await run(job)).digest).toBe(theirs.digest);
    expect(registry.images.get('prod.example/web:latest')).toBe(theirs);
  });

  it('gives up when concurrent runs keep replacing a tag', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    const tags = [...job.tags, { name: '1.0.0-again' as ImageTag, moving: false }];
    const equivalents = '23456789abcdef'.split('').values();
    let copies = 0;
    registry.copy = async (_source, targets) => {
      if (!targets.includes('prod.example/web:1.0.0-again')) return COPIED;
      copies++;
      for (const target of targets) registry.images.set(target, index(equivalents.next().value ?? '', 'a'));
      return COPIED;
    };
    await expect(run({ ...job, tags })).rejects.toMatchObject({
      what: 'prod.example/web:1.0.0-again is not what was pushed',
    });
    expect(copies).toBe(5);
  });

  it('accepts that a run of another commit moved a moving tag on at the same moment, and does not report the tag', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      registry.images.set('prod.example/web:latest', index('5', 'b'));
      return COPIED;
    };
    expect((await run(job)).tags).toEqual(['1.0.0']);
  });

  it('accepts that a concurrent run moved a moving tag on', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      registry.images.set('prod.example/web:latest', index('5', 'b'));
      return COPIED;
    };
    expect((await run(job)).digest).toBe(digest('1'));
  });
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
