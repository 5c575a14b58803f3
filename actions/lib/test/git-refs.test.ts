import { describe, expect, it } from '@jest/globals';
import { parseBranchName, parseTagName } from '../git-refs.ts';

describe('parseBranchName', () => {
  it.each([
    ['main', 'main'],
    ['refs/heads/main', 'main'],
    ['release/1.4', 'release/1.4'],
    ['a\u0085b', 'a\u0085b'],
    ['größe', 'größe'],
  ])('reads %j as %j', (text, name) => {
    expect(parseBranchName(text)).toEqual({ value: name });
  });

  it.each(['refs/tags/x', 'refs/heads/refs/heads/x', 'refs/pull/7/merge', 'refs/heads/refs/tags/x'])(
    'rejects %j, a reference of another kind',
    (text) => {
      expect(parseBranchName(text)).toEqual({ problem: 'is not under refs/heads/' });
    },
  );
});

describe('parseTagName', () => {
  it.each([
    ['v1.4.2', 'v1.4.2'],
    ['refs/tags/v1.4.2', 'v1.4.2'],
    ['$(id)', '$(id)'],
  ])('reads %j as %j', (text, name) => {
    expect(parseTagName(text)).toEqual({ value: name });
  });

  it.each([
    ['a b', ' '],
    ['a..b', '..'],
    ['a~1', '~'],
    ['a@{1', '@{'],
    ['a//b', '//'],
    ['a\u0007b', '\u0007'],
    ['a\u007fb', '\u007f'],
  ])('rejects %j because of %j', (text, part) => {
    expect(parseTagName(text)).toEqual({
      problem: `is not a valid Git reference name (it contains ${JSON.stringify(part)})`,
    });
  });

  it.each(['', '@', '-x', '/x', 'x/', 'x.', '.x', 'a/.b', 'a.lock', 'a.lock/b', 'refs/tags/'])('rejects %j', (text) => {
    expect(parseTagName(text)).toEqual({ problem: 'is not a valid Git reference name' });
  });
});
