import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { allocatable, deepMerge, fits, mebibytes, millicores, nodesFor } from './sizing.ts';

describe('the capacity of a node', () => {
  it('is its size minus what the kubelet reserves', () => {
    expect(allocatable('Standard_D2ds_v5', 30, [])).toEqual({
      cpu: 1900,
      memory: expect.closeTo(8192 - 100 - 619.9, 0),
      pods: 30,
    });
  });

  it('loses at most a quarter of the memory', () => {
    expect(allocatable('Standard_D2ds_v5', 250, []).memory).toBe(8192 - 100 - 2048);
  });

  it('is reduced by the pods of every node', () => {
    const bare = allocatable('Standard_D4ds_v5', 30, []);
    expect(allocatable('Standard_D4ds_v5', 30, [{ cpu: 100, memory: 200 }])).toEqual({
      cpu: bare.cpu - 100,
      memory: bare.memory - 200,
      pods: 29,
    });
  });

  it('is unknown for an unknown size', () => {
    expect(() => allocatable('Standard_X1', 30, [])).toThrow('add it to the table');
  });
});

describe('packing', () => {
  const node = { cpu: 1000, memory: 1000, pods: 10 };
  const amount = fc.record({ cpu: fc.integer({ min: 1, max: 1000 }), memory: fc.integer({ min: 1, max: 1000 }) });

  it('never needs fewer nodes than the sums do, nor more than pods', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 40 }), (pods) => {
        const nodes = nodesFor(pods, node);
        const sum = (of: 'cpu' | 'memory'): number => pods.reduce((total, pod) => total + pod[of], 0);
        expect(nodes).toBeGreaterThanOrEqual(Math.max(sum('cpu') / 1000, sum('memory') / 1000, pods.length / 10));
        expect(nodes).toBeLessThanOrEqual(pods.length);
        expect(fits(pods, node, nodes)).toBe(true);
      }),
    );
  });

  it('rejects a pod larger than a node', () => {
    expect(fits([{ cpu: 1001, memory: 1 }], node, 1000)).toBe(false);
  });

  it('counts pods too', () => {
    expect(nodesFor(Array(11).fill({ cpu: 1, memory: 1 }), node)).toBe(2);
  });
});

describe('quantities', () => {
  it.each([
    ['250m', 250],
    ['2', 2000],
    ['1.5', 1500],
  ])('of CPU: %s', (quantity, expected) => {
    expect(millicores(quantity)).toBe(expected);
  });

  it.each([
    ['128Mi', 128],
    ['2Gi', 2048],
  ])('of memory: %s', (quantity, expected) => {
    expect(mebibytes(quantity)).toBe(expected);
  });

  it('that are invalid are rejected', () => {
    expect(() => millicores('half')).toThrow('half');
    expect(() => mebibytes('128')).toThrow('128');
  });
});

describe('values', () => {
  it('are merged as Helm merges them', () => {
    expect(deepMerge({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { c: [3] } })).toEqual({ a: { b: 1, c: [3] }, d: 1 });
  });
});
