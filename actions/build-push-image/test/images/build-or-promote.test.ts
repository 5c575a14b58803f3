import { describe, expect, it } from '@jest/globals';
import type { ImageTag } from '../../../lib/identifiers.ts';
import { buildOrPromote } from '../../src/images/build-or-promote.ts';
import type { ImageJob } from '../../src/images/image-job.ts';
import type { Manifest } from '../../src/registry/manifests/manifest.ts';
import { COPIED, digest, index, job, noOptions, plan, silent } from '../fakes.ts';
import { createScene, promoting } from './scene.ts';

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
    const { digest: built, tags } = await run(job);
    expect([built, tags]).toEqual([digest('1'), ['1.0.0']]);
  });
});
