import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { checkCommits } from '../commits.ts';

describe('the messages of commits', () => {
  let root: string;
  const git = (...args: string[]) =>
    execa('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: root,
    });
  const commit = (...message: string[]) =>
    git('commit', '--quiet', '--allow-empty', ...message.flatMap((paragraph) => ['--message', paragraph]));

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'commits-'));
    await git('init', '--quiet', '--initial-branch', 'main');
    await commit('Not conventional, but on main already');
    await git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  });
  afterEach(() => rm(root, { recursive: true }));

  it('are accepted when they are conventional, and when there are none', async () => {
    await checkCommits(root);
    await commit('fix(create-release): SARIF of 72 characters is a limit that this one me');
    await commit('feat(lab)!: name a fault', 'Because.', 'Signed-off-by: A <a@example.com>');
    await checkCommits(root);
  });

  it.each([
    ['without a type', 'keep anchors', 'type may not be empty'],
    ['with an unknown type', 'feature: keep anchors', 'type must be one of'],
    ['with a subject of 73 characters', `fix: ${'a'.repeat(68)}`, 'header must not be longer than 72 characters'],
    ['with a full stop', 'fix: keep anchors.', 'subject may not end with full stop'],
  ])('are rejected %s', async (_, subject, problem) => {
    await commit(subject);
    await expect(checkCommits(root)).rejects.toThrow(problem);
  });

  it('are not ours to choose when Dependabot writes them', async () => {
    await commit(`build(deps): ${'a'.repeat(80)}`, 'Signed-off-by: dependabot[bot] <support@github.com>');
    await checkCommits(root);
  });

  it('are not checked where there is no origin/main', async () => {
    await git('update-ref', '-d', 'refs/remotes/origin/main');
    await checkCommits(root);
  });
});
