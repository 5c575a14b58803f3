import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ActionError } from '../../../lib/errors.ts';
import { lastLines } from '../../../lib/processes/exec.ts';
import type { Base } from './base.ts';
import type { Git } from './git.ts';

/**
 * Write the files of the base to a directory, with an index of their own: the checkout and its index stay as they are. `git archive` would
 * leave out what `.gitattributes` excludes from releases.
 * @returns the directory
 * @throws {ActionError} when Git fails
 */
export async function checkoutBase(git: Git, { mergeBase, ref }: Base, scratch: string): Promise<string> {
  const directory = join(scratch, 'base');
  await mkdir(directory);
  // Large files are not fetched: charts and manifests are not among them.
  const variables = { GIT_INDEX_FILE: join(scratch, 'base-index'), GIT_LFS_SKIP_SMUDGE: '1' };
  for (const args of [
    ['read-tree', mergeBase],
    ['checkout-index', '--all', '--quiet', `--prefix=${directory}/`],
  ]) {
    const { exitCode, stderr, exceeded } = await git(args, variables);
    if (exitCode === 0 && exceeded === undefined) continue;
    throw new ActionError({
      what: `the files of ${ref} cannot be read`,
      why: exceeded === undefined ? lastLines(stderr, 3) : `Git took ${exceeded}`,
      next: 'Check that the checkout has all files of that commit: `filter` of actions/checkout leaves some out.',
    });
  }
  return directory;
}
