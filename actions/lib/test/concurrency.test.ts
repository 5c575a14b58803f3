import { describe, expect, it } from '@jest/globals';
import { mapConcurrently, settleConcurrently } from '../concurrency.ts';

const items = [1, 2, 3, 4, 5, 6, 7];

describe.each([
  ['mapConcurrently', mapConcurrently],
  ['settleConcurrently', settleConcurrently],
] as const)('%s', (_, run) => {
  it('processes each item once, at most the limit at a time', async () => {
    let running = 0;
    let maxRunning = 0;
    const done: number[] = [];
    await run(items, 3, async (item) => {
      maxRunning = Math.max(maxRunning, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      done.push(item);
      running--;
    });
    expect(maxRunning).toBe(3);
    expect(done.sort()).toEqual(items);
  });

  it('returns an empty list for no items', async () => {
    expect(await run([], 3, async () => 1)).toEqual([]);
  });
});

/** Earlier items take longer. */
const slowly = async (item: number): Promise<number> => {
  for (let turn = item; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return item * 10;
};

it('mapConcurrently returns the results in the order of the items', async () => {
  expect(await mapConcurrently(items, 4, slowly)).toEqual([10, 20, 30, 40, 50, 60, 70]);
});

it('mapConcurrently starts no more work after a failure, and throws it when the work in progress has ended', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const failing = mapConcurrently(items, 2, async (item) => {
    started.push(item);
    if (item === 2) throw new Error('two');
    await slowly(item);
    ended.push(item);
  });
  await expect(failing).rejects.toThrow('two');
  expect([started, ended]).toEqual([[1, 2], [1]]);
});

it('settleConcurrently continues after a failure and reports the result of each item', async () => {
  const results = await settleConcurrently([1, 2, 3], 1, async (item) => {
    if (item === 2) throw new Error('two');
    return item;
  });
  expect(results).toEqual([
    { status: 'fulfilled', value: 1 },
    { status: 'rejected', reason: new Error('two') },
    { status: 'fulfilled', value: 3 },
  ]);
});
