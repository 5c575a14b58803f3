import { describe, expect, it } from '@jest/globals';
import { formatSize } from '../../src/images/sizes.ts';
import { digest, index, job } from '../fakes.ts';
import { createScene, promoting } from './scene.ts';

const measured = { ...job, readsSizes: true };

describe('the sizes of an image', () => {
  it('are those of its platforms, also of one that another job built', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    registry.release('prod.example/web', index('2', 'b', 'linux/arm64'), job.shaTag);
    registry.sizes.set(digest('a'), 10).set(digest('b'), 20);
    const { sizes } = await run({ ...measured, tags: [{ name: job.shaTag, moving: false, ofCommit: true }] });
    expect(Object.fromEntries(sizes)).toEqual({ 'linux/amd64': 10, 'linux/arm64': 20 });
  });

  it('are those of a promoted image', async () => {
    const { registry, run } = createScene(index('1', 'a'), index('2', 'b'));
    registry.sizes.set(digest('b'), 20);
    const { sizes } = await run({ ...promoting('require'), readsSizes: true });
    expect(Object.fromEntries(sizes)).toEqual({ 'linux/amd64': 20 });
  });

  it('are not read without a summary, nor for an image that is only checked', async () => {
    const { registry, run } = createScene(index('1', 'a'));
    const read: string[] = [];
    registry.imageSize = async (repository) => read.push(repository);
    await run(job);
    await run({ ...measured, plan: { ...job.plan, output: 'check' } });
    expect(read).toEqual([]);
    await run(measured);
    expect(read).toEqual(['prod.example/web']);
  });

  it('may be unknown', async () => {
    const { run } = createScene(index('1', 'a'));
    const { digest: built, sizes } = await run(measured);
    expect([built, sizes.size]).toEqual([digest('1'), 0]);
  });
});

describe('a size', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [523_456, '523 kB'],
    [999_600, '1 MB'],
    [12_345_678, '12.3 MB'],
    [1_234_567_890, '1.23 GB'],
    [5e15, '5000 TB'],
  ])('of %d bytes is %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});
