import { win32 } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseRepositoryPath, relativeInside } from '../../files/workspace.ts';

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
  ])('rejects %j', (text) => {
    expect(parseRepositoryPath(text)).toHaveProperty('problem');
  });
});

describe('relativeInside on Windows', () => {
  it.each([
    ['C:\\repo', 'C:\\repo\\a', 'a'],
    ['C:\\repo', 'c:\\REPO\\a', 'a'],
    ['C:\\repo', 'C:\\repo', ''],
    ['C:\\repo', 'C:/repo/a/b', 'a\\b'],
    ['C:\\repo', 'C:\\repo\\..a', '..a'],
    ['C:\\repo', 'C:\\repo-2', undefined],
    ['C:\\repo', 'C:\\repo\\..\\x', undefined],
    ['C:\\repo', 'D:\\repo\\a', undefined],
    ['C:\\repo', '\\\\server\\share\\a', undefined],
    ['C:\\repo', '\\\\?\\C:\\repo\\a', undefined],
    ['C:\\repo', '\\\\.\\pipe\\a', undefined],
  ])('relative to %j, %j is %j', (directory, path, expected) => {
    expect(relativeInside(directory, path, win32)).toBe(expected);
  });
});
