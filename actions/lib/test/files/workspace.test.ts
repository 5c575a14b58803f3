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
    ['C:\\work', 'C:\\work\\a', 'a'],
    ['C:\\work', 'c:\\WORK\\a', 'a'],
    ['C:\\work', 'C:\\work', ''],
    ['C:\\work', 'C:/work/a/b', 'a\\b'],
    ['C:\\work', 'C:\\work\\..a', '..a'],
    ['C:\\work', 'C:\\work-2', undefined],
    ['C:\\work', 'C:\\work\\..\\x', undefined],
    ['C:\\work', 'D:\\work\\a', undefined],
    ['C:\\work', '\\\\server\\share\\a', undefined],
    ['C:\\work', '\\\\?\\C:\\work\\a', undefined],
    ['C:\\work', '\\\\.\\pipe\\a', undefined],
  ])('relative to %j, %j is %j', (directory, path, expected) => {
    expect(relativeInside(directory, path, win32)).toBe(expected);
  });
});
