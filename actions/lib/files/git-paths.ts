import { existsSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Characters that HFS+ ignores in names: `is_hfs_dotgit` in https://github.com/git/git/blob/v2.51.0/utf8.c */
const IGNORED_CHARACTERS = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Whether a segment of a path is the `.git` directory on any file system.
 * Source: `is_ntfs_dotgit` in https://github.com/git/git/blob/v2.51.0/path.c: NTFS drops trailing dots and spaces, treats what follows
 * a colon as a stream of the same file, and has short names.
 */
export function isGitDirectoryName(segment: string): boolean {
  const name = segment
    .replaceAll(IGNORED_CHARACTERS, '')
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .toLowerCase();
  return name === '.git' || name === 'git~1';
}

/** Whether a path is the file in RUNNER_TEMP in which actions/checkout keeps its token: https://github.com/actions/checkout/blob/v6/src/git-auth-helper.ts */
export const isTokenFile = (path: string): boolean => /(?:^|[\\/])git-credentials-[^\\/]*\.config$/i.test(path);

/** Whether a relative path has a segment that is a `.git` directory. */
export const hasGitDirectory = (path: string): boolean => path.split(/[\\/]/).some(isGitDirectoryName);

/**
 * Whether a path is, or is inside, a Git directory with another name, such as that of `git init --separate-git-dir`.
 * @param root not checked itself
 * @param path inside the root, without links
 */
export function isInGitDirectory(root: string, path: string): boolean {
  const segments = path === '' ? [] : path.split(sep);
  return segments.some((_, index) => isGitDirectory(join(root, ...segments.slice(0, index + 1))));
}

/** `is_git_directory` in https://github.com/git/git/blob/v2.51.0/setup.c; a linked work tree has `commondir` instead. */
function isGitDirectory(directory: string): boolean {
  // Checked for every parent of every file; synchronous because that is much cheaper.
  const has = (name: string): boolean => existsSync(join(directory, name));
  return has('HEAD') && (has('commondir') || (has('objects') && has('refs')));
}
