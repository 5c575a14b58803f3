import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { insideWorkspace, parseRepositoryPath } from '../workspace.ts';

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
  it.each(['/etc', '../x', 'a/../../x', 'C:\\x', '.git/config', 'a/.GIT/x', 'a\u0000b', 'a\nb'])(
    'refuses %j',
    (text) => {
      expect(parseRepositoryPath(text)).toHaveProperty('problem');
    },
  );
});

describe('insideWorkspace', () => {
  let root: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'workspace-')));
    await mkdir(join(root, 'work', 'chart'), { recursive: true });
    await mkdir(join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), join(root, 'work', 'link'));
    await symlink('../elsewhere/none', join(root, 'work', 'dangling'));
    await symlink('chart/none', join(root, 'work', 'within'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it.each(['chart', '.', 'chart/missing', 'within', 'within/deeper', '..chart/missing', 'chart/../chart'])(
    'takes %j',
    async (path) => {
      expect(await insideWorkspace(join(root, 'work'), path)).toHaveProperty('value');
    },
  );
  it.each([
    '..',
    '../elsewhere',
    '/etc',
    'link',
    'link/missing',
    'dangling',
    'dangling/x',
    'link/missing/deeper',
    '../work-2/missing',
  ])('refuses %j', async (path) => {
    expect(await insideWorkspace(join(root, 'work'), path)).toEqual({ problem: 'is outside the workspace' });
  });
});
