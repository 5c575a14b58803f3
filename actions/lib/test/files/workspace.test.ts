import { describe, expect, it } from '@jest/globals';
import { parseRepositoryPath } from '../../files/workspace.ts';

describe('parseRepositoryPath', () => {
  it.each([
    ['helm/shop', 'helm/shop'],
    ['./helm//shop/', 'helm/shop'],
    ['helm\\shop', 'helm/shop'],
    ['.', '.'],
    ['a b/ü', 'a b/ü'],
  ])('reads %j as %j', (text, expected) => {
    expect(parseRepositoryPath(text)).toEqual({ value: expected });
  });
  it.each([
    '/etc',
    '../x',
    'a/../../x',
    'C:\\x',
    '.git/config',
    'a/.GIT/x',
    'a/.git./x',
    'GIT~1/x',
    '.git::$INDEX_ALLOCATION',
    '\\\\server\\share',
    'a\u0000b',
    'a\nb',
  ])('refuses %j', (text) => {
    expect(parseRepositoryPath(text)).toHaveProperty('problem');
  });
});
