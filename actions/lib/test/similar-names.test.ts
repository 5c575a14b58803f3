import { describe, expect, it } from '@jest/globals';
import { closestName, closestNames, editDistance } from '../similar-names.ts';

it.each([
  ['', '', 0],
  ['tag', '', 3],
  ['tag', 'tag', 0],
  ['tag', 'tags', 1],
  ['tag', 'tab', 1],
  ['tga', 'tag', 1],
  ['digset', 'digest', 1],
  ['image', 'values', 5],
])('the edit distance of %j and %j is %d', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});

describe('closestName', () => {
  it.each([
    ['digset', ['tag', 'digest', 'name'], 'digest'],
    ['HPA-replica', ['hpa-replicas', 'host-path'], 'hpa-replicas'],
    ['x', ['y'], 'y'],
    ['tag', ['digest', 'repository'], undefined],
    ['a'.repeat(10_000), ['a'.repeat(10_000)], undefined],
    ['tag', [], undefined],
  ])('of %j among %j is %j', (name, known, closest) => {
    expect(closestName(name, known)).toBe(closest);
  });
});

describe('closestNames', () => {
  it('returns all known names if they are few, the closest first', () => {
    expect(closestNames('tga', ['repository', 'tag', 'digest'])).toEqual(['tag', 'digest', 'repository']);
  });

  it('returns at most the given number', () => {
    expect(closestNames('a', ['a1', 'a2', 'a3', 'b', 'c', 'd'], 3)).toEqual(['a1', 'a2', 'a3']);
  });
});
