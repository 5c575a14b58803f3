import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** The maximum on Linux: https://man7.org/linux/man-pages/man7/path_resolution.7.html */
const MAX_LINKS = 40;

/**
 * The path with all links followed, even if its last segments do not exist yet.
 * @param budget counts links that the operating system does not follow itself: a link `a` with the target `none/../a` leads to itself
 */
export async function resolveLinks(path: string, budget = { links: MAX_LINKS }): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  const directory = await resolveLinks(dirname(path), budget);
  const linkPath = join(directory, basename(path));
  const target = await readlink(linkPath).catch((error: unknown) => {
    // Not a link, or it does not exist.
    if (hasErrorCode(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
  if (target === undefined) return linkPath;
  if (budget.links-- === 0) throw Object.assign(new Error('too many links'), { code: 'ELOOP', syscall: 'readlink' });
  return resolveLinks(resolve(directory, target), budget);
}

/** The first link in a relative path inside a directory, as the path names it. */
export async function findFirstLink(root: string, path: string): Promise<string | undefined> {
  const segments = path.split(sep);
  for (const index of segments.keys()) {
    const part = join(...segments.slice(0, index + 1));
    if ((await lstat(join(root, part)).catch(ignoreMissing))?.isSymbolicLink()) return part;
  }
  return undefined;
}

/** For `catch`, with a path that does not have to exist. */
export function ignoreMissing(error: unknown): undefined {
  if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw error;
}

export const hasErrorCode = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');
