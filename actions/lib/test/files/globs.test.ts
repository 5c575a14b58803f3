import { describe, expect, it } from '@jest/globals';
import { globProblem, parseRepositoryGlob } from '../../files/globs.ts';

describe('a glob', () => {
  it.each([
    'helm/*',
    'dist/{a,b}/*.{tgz,zip}',
    '{a,b}'.repeat(9),
    '{1..1000}',
    'a{b',
    'a}b,c',
    '{',
    '{}'.repeat(50),
    '{a}'.repeat(50),
  ])('%s is accepted', (pattern) => {
    expect(globProblem(pattern)).toBeUndefined();
    expect(parseRepositoryGlob(pattern)).toEqual({ value: pattern });
  });

  it.each([
    '{a,b}'.repeat(10),
    '{a,b}'.repeat(22),
    '{1..100000}',
    '{1..40}{1..40}',
    '{-600..600..2}',
    `${'{a,'.repeat(30)}b${'}'.repeat(30)}`,
    '{'.repeat(100_000),
    `{${'a,'.repeat(1001)}}`,
    '{a,{b,{c,d}}}'.repeat(6),
  ])('that expands to too many patterns is rejected: %.30s', (pattern) => {
    expect(globProblem(pattern)).toMatch('expands to more than 1000 patterns');
    expect(parseRepositoryGlob(pattern)).toHaveProperty('problem');
  });
});
