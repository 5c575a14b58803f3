import { expect, it } from '@jest/globals';
import { editDistance } from '../edit-distance.ts';

it.each([
  ['', '', 0],
  ['tag', '', 3],
  ['tag', 'tag', 0],
  ['tag', 'tags', 1],
  ['tag', 'tab', 1],
  ['tga', 'tag', 1],
  ['digset', 'digest', 1],
  ['image', 'values', 5],
])('from %j to %j it is %d', (one, other, distance) => {
  expect(editDistance(one, other)).toBe(distance);
  expect(editDistance(other, one)).toBe(distance);
});
