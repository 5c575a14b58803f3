import { describe, expect, it } from '@jest/globals';
import type { ImageName, ImageTag, RegistryName } from '../../../lib/identifiers.ts';
import { deliver } from '../../src/images/build-or-promote.ts';
import type { Order } from '../../src/images/image-job.ts';
import type { Promotion } from '../../src/inputs/inputs.ts';
import type { Manifest } from '../../src/registry/manifest.ts';
import { digest, FakeBuilder, FakeRegistry, index, order, plan, silent } from '../fakes.ts';

const from = 'staging.example' as RegistryName;
const promoting = (mode: Promotion['mode']): Order => ({ ...order, promotion: { from, mode } });
const SOURCE = 'staging.example/web:sha-0123456789ab';

/** A registry with the tested image, and a builder whose image has the given digest. */
function setting(made: Manifest, source?: Manifest) {
  const registry = new FakeRegistry();
  if (source !== undefined) {
    registry.images.set(SOURCE, source);
    registry.images.set(`staging.example/web@${source.digest}`, source);
  }
  const builder = new FakeBuilder(registry, () => made);
  return {
    registry,
    builder,
    run: (what: Order) => deliver(what, { registry, builder }, silent),
  };
}

describe('an image that is built', () => {
  it('gets its tags after it was pushed, in one go', async () => {
    const { registry, run } = setting(index('1', 'a'));
    expect(await run(order)).toMatchObject({
      ref: `prod.example/web@${digest('1')}`,
      tags: ['1.0.0', 'latest'],
      platforms: ['linux/amd64'],
      promoted: false,
      metadata: { 'containerimage.digest': digest('1') },
    });
    expect(registry.copies).toEqual([
      { source: `prod.example/web@${digest('1')}`, targets: ['prod.example/web:1.0.0', 'prod.example/web:latest'] },
    ]);
  });

  it('keeps the digest of an earlier run that built the same', async () => {
    const { registry, run } = setting(index('2', 'a'));
    registry.images.set('prod.example/web:1.0.0', index('1', 'a'));
    registry.images.set(`prod.example/web@${digest('1')}`, index('1', 'a'));
    expect(await run(order)).toMatchObject({ digest: digest('1'), metadata: { 'containerimage.digest': digest('1') } });
    expect(registry.copies).toEqual([
      { source: `prod.example/web@${digest('1')}`, targets: ['prod.example/web:latest'] },
    ]);
  });

  it.each<[string, Manifest, boolean, string[]]>([
    ['another image is there', index('1', 'b'), true, []],
    ['the one there has other attestations', index('1', 'a'), true, ['sbom']],
    ['it need not be reproducible', index('1', 'a'), false, []],
  ])('gets its own digest when %s', async (_title, there, reproducible, kinds) => {
    const { registry, run } = setting(index('2', 'a'));
    registry.kinds.set(digest('1'), kinds);
    registry.images.set('prod.example/web:1.0.0', there);
    expect((await run({ ...order, reproducible })).digest).toBe(digest('2'));
    expect(registry.images.get('prod.example/web:1.0.0')?.digest).toBe(digest('2'));
  });

  it('changes nothing when all is there', async () => {
    const { registry, run } = setting(index('1', 'a'));
    await run(order);
    await run(order);
    expect(registry.copies).toHaveLength(1);
  });

  it('is not looked for or tagged when it is only checked', async () => {
    const { registry, run } = setting(index('1', 'a'), index('9', 'a'));
    const checked = await run({ ...promoting('prefer'), plan: { ...plan, output: 'check' } });
    expect(checked).toMatchObject({ digest: digest('1'), tags: [], promoted: false });
    expect(registry.copies).toEqual([]);
  });

  it('is an error when a tag names something else afterwards', async () => {
    const { registry, run } = setting(index('1', 'a'));
    registry.copy = async () => void registry.images.set('prod.example/web:1.0.0', index('5', 'b'));
    await expect(run(order)).rejects.toMatchObject({ what: 'prod.example/web:1.0.0 is not what was pushed' });
  });

  it('keeps the same image that another run puts under a tag meanwhile, under all tags', async () => {
    const { registry, run } = setting(index('1', 'a'));
    const copy = registry.copy.bind(registry);
    const theirs = index('5', 'a');
    registry.images.set(`prod.example/web@${theirs.digest}`, theirs);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      registry.copy = copy;
      registry.images.set('prod.example/web:1.0.0', theirs);
    };
    expect((await run(order)).digest).toBe(theirs.digest);
    expect(registry.images.get('prod.example/web:latest')).toBe(theirs);
  });

  it('gives up when other runs never stop to put theirs under a tag', async () => {
    const { registry, run } = setting(index('1', 'a'));
    const tags = [...order.tags, { name: '1.0.0-again' as ImageTag, moving: false }];
    const twins = '23456789abcdef'.split('').values();
    let copies = 0;
    registry.copy = async (_source, targets) => {
      copies++;
      for (const target of targets) registry.images.set(target, index(twins.next().value ?? '', 'a'));
    };
    await expect(run({ ...order, tags })).rejects.toMatchObject({
      what: 'prod.example/web:1.0.0-again is not what was pushed',
    });
    expect(copies).toBe(5);
  });

  it('may see a moving tag moved on by another run', async () => {
    const { registry, run } = setting(index('1', 'a'));
    const copy = registry.copy.bind(registry);
    registry.copy = async (source, targets) => {
      await copy(source, targets);
      registry.images.set('prod.example/web:latest', index('5', 'b'));
    };
    expect((await run(order)).digest).toBe(digest('1'));
  });
});

describe('promotion', () => {
  it.each(['prefer', 'require'] as const)('with %s copies by digest and builds nothing', async (mode) => {
    const { registry, builder, run } = setting(index('2', 'b'), index('1', 'a'));
    expect(await run(promoting(mode))).toMatchObject({ digest: digest('1'), promoted: true, metadata: undefined });
    expect(builder.plans).toEqual([]);
    expect(registry.copies[0]?.source).toBe(`staging.example/web@${digest('1')}`);
  });

  it('with prefer builds what the source says it has not', async () => {
    const { run } = setting(index('2', 'b'));
    expect(await run(promoting('prefer'))).toMatchObject({ digest: digest('2'), promoted: false });
  });

  it.each(['require', 'verify'] as const)('with %s fails when the source has it not', async (mode) => {
    const { builder, run } = setting(index('2', 'b'));
    await expect(run(promoting(mode))).rejects.toMatchObject({ what: `${SOURCE} is missing` });
    expect(builder.plans).toEqual([]);
  });

  it.each(['prefer', 'require', 'verify'] as const)(
    'with %s builds nothing when the source cannot be asked',
    async (mode) => {
      const { registry, builder, run } = setting(index('2', 'b'));
      registry.find = async () => Promise.reject(new Error('401'));
      await expect(run(promoting(mode))).rejects.toThrow('401');
      expect(builder.plans).toEqual([]);
    },
  );

  it('fails when the source lacks a platform that was asked for', async () => {
    const { run } = setting(index('2', 'b'), index('1', 'a'));
    const asked = { ...promoting('prefer'), plan: { ...plan, platforms: ['linux/amd64', 'linux/arm64'] } };
    await expect(run(asked)).rejects.toMatchObject({ why: 'it is for linux/amd64, without linux/arm64' });
  });

  it('does nothing when the tags have the digest already', async () => {
    const { registry, run } = setting(index('2', 'b'), index('1', 'a'));
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
  const verify = (arm: string, what: Order = promoting('verify')) => {
    const registry = new FakeRegistry();
    registry.images.set(SOURCE, source);
    registry.images.set(`staging.example/web@${source.digest}`, source);
    const builder = new FakeBuilder(registry, ({ platforms: [platform] }) =>
      index(platform === 'linux/arm64' ? arm : 'a', 'x'),
    );
    return { registry, builder, result: deliver(what, { registry, builder }, silent) };
  };

  it('builds each platform anew, without cache and attestations, and copies when the digests are the same', async () => {
    const { builder, registry, result } = verify('b');
    expect(await result).toMatchObject({ digest: digest('1'), promoted: true });
    expect(
      builder.plans.map(({ platforms, output, fresh, provenance }) => ({ platforms, output, fresh, provenance })),
    ).toEqual([
      { platforms: ['linux/amd64'], output: 'check', fresh: true, provenance: 'false' },
      { platforms: ['linux/arm64'], output: 'check', fresh: true, provenance: 'false' },
    ]);
    expect(registry.images.get('prod.example/web:1.0.0')?.digest).toBe(digest('1'));
  });

  it('copies nothing when one platform differs, and names it', async () => {
    const { registry, result } = verify('c');
    await expect(result).rejects.toMatchObject({ why: `linux/arm64: ${digest('b')} there, ${digest('c')} here` });
    expect(registry.copies).toEqual([]);
  });

  it('leaves annotations out that are not of the image of this platform', async () => {
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
