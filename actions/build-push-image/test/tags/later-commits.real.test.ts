import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { execa } from 'execa';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { createExec } from '../../../lib/processes/exec.ts';
import { createGit } from '../../src/commits/git.ts';
import { createLaterCommits } from '../../src/tags/later-commits.ts';

let directory: string;
const git = async (name: string, ...args: string[]) => {
  const identity = ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com'];
  return (await execa('git', [...identity, ...args], { cwd: join(directory, name) })).stdout;
};
const commit = async (message: string) => {
  await git('origin', 'commit', '--quiet', '--allow-empty', '--message', message);
  return git('origin', 'rev-parse', 'HEAD');
};
const find = (name: string, sha: string) => {
  const tools = { exec: createExec({}), env: process.env };
  return createLaterCommits(createGit(join(directory, name), tools), sha as CommitSha)('main');
};

/** The commits of main, the oldest first; the last one merges another branch. */
let main: string[];
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'later-commits-'));
  await execa('git', ['init', '--quiet', '--initial-branch=main', 'origin'], { cwd: directory });
  await git('origin', 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  main = [await commit('one'), await commit('two')];
  await git('origin', 'checkout', '--quiet', '-b', 'feature');
  await commit('feature');
  await git('origin', 'checkout', '--quiet', 'main');
  await git('origin', 'merge', '--quiet', '--no-ff', '--message', 'merge', 'feature');
  main.push(await git('origin', 'rev-parse', 'HEAD'));
  const url = `file://${join(directory, 'origin')}`;
  await execa('git', ['clone', '--quiet', url, 'full'], { cwd: directory });
  await execa('git', ['init', '--quiet', 'shallow'], { cwd: directory });
  await git('shallow', 'remote', 'add', 'origin', url);
  await git('shallow', 'fetch', '--quiet', '--depth=1', 'origin', main[0] ?? '');
});
afterAll(() => rmSync(directory, { recursive: true }));

it('finds the later commits of a branch, without those of a merged branch', async () => {
  expect(await find('full', main[0] ?? '')).toEqual([main[2], main[1]]);
  expect(await find('full', main[2] ?? '')).toEqual([]);
});

it('finds the head of the branch for a shallow checkout', async () => {
  expect(await find('shallow', main[0] ?? '')).toEqual([main[2]]);
});

it('trusts the Git host more than the checkout, which may have commits that were removed from the branch', async () => {
  await git('full', 'fetch', '--quiet');
  await git('origin', 'reset', '--quiet', '--hard', main[0] ?? '');
  try {
    expect(await find('full', main[0] ?? '')).toEqual([]);
    expect(await find('full', main[1] ?? '')).toEqual([]);
  } finally {
    await git('origin', 'reset', '--quiet', '--hard', main[2] ?? '');
  }
});
