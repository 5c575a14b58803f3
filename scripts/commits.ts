import { join } from 'node:path';
import { execa } from 'execa';

const PROJECT = join(import.meta.dirname, '..');
const BASE = 'origin/main';

/**
 * Checks the messages of the commits that are not on origin/main, by the rules of `commitlint.config.mjs`. A checkout without
 * origin/main has nothing to compare with, and passes.
 * @throws Error that names each commit and what is wrong with its message
 */
export async function checkCommits(root: string): Promise<void> {
  const { exitCode } = await execa('git', ['rev-parse', '--quiet', '--verify', `${BASE}^{commit}`], {
    cwd: root,
    reject: false,
  });
  if (exitCode !== 0) return;
  const { failed, all } = await execa(
    'commitlint',
    ['--config', join(PROJECT, 'commitlint.config.mjs'), '--from', BASE, '--to', 'HEAD'],
    { cwd: root, preferLocal: true, localDir: PROJECT, reject: false, all: true },
  );
  if (failed) throw new Error(all);
}
