import { ActionError } from '../../../lib/errors.ts';
import { type ExecResult, lastLines } from '../../../lib/processes/exec.ts';
import type { Base } from './base.ts';
import type { Git } from './git.ts';

/** What differs between the base and the files on disk; paths are relative to the root of the repository. */
export interface ChangedFiles {
  /** Files of a commit that were added, changed or deleted. */
  tracked: ReadonlySet<string>;
  /** Files that are in no commit and that Git does not ignore. */
  untracked: ReadonlySet<string>;
}

/** @throws {ActionError} when Git fails */
export async function listChangedFiles(git: Git, { mergeBase, ref }: Base): Promise<ChangedFiles> {
  const diff = ['diff', '--raw', '-z', '--no-abbrev', '--no-renames', '--no-ext-diff', '--ignore-submodules=dirty'];
  const changed = await git([...diff, mergeBase, '--']);
  const others = await git(['ls-files', '--others', '--exclude-standard', '-z']);
  for (const result of [changed, others]) assertListed(result, ref);
  return {
    tracked: new Set(parseRawDiff(changed.stdout)),
    untracked: new Set(others.stdout.split('\0').filter((path) => path !== '' && !isBuiltDependency(path))),
  };
}

function assertListed({ exitCode, stderr, exceeded }: ExecResult, ref: string): void {
  if (exitCode === 0 && exceeded === undefined) return;
  throw new ActionError({
    what: `the changes since ${ref} cannot be listed`,
    why: exceeded === undefined ? lastLines(stderr, 3) : `Git took ${exceeded}`,
    next: 'Run `git diff --raw` against that commit in the checkout to see the reason.',
  });
}

/**
 * The paths of `git diff --raw -z`, without those of which only the mode has changed: Helm packs every file with the same mode.
 * Source: https://git-scm.com/docs/git-diff#_raw_output_format
 */
export function parseRawDiff(text: string): string[] {
  const parts = text.split('\0');
  const paths: string[] = [];
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [oldMode = '', newMode = '', before, after] = (parts[index] ?? '').replace(/^:/, '').split(' ');
    const isFile = [oldMode, newMode].every((mode) => mode.startsWith('100'));
    if (!(isFile && before === after)) paths.push(parts[index + 1] ?? '');
  }
  return paths;
}

/** What `helm dependency build` writes in an earlier step is not a change. */
const isBuiltDependency = (path: string): boolean => /(?:^|\/)charts\/[^/]+\.tgz$/.test(path);
