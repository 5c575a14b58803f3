import { lstat, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

/** The maximum on Linux: https://man7.org/linux/man-pages/man7/path_resolution.7.html */
const MAX_LINKS = 40;

/**
 * The path with all links followed, also when its end does not exist yet.
 * @param budget for links that the system itself does not follow: with `none/../a` a link named `a` leads to itself
 */
export async function resolveLinks(path: string, budget = { links: MAX_LINKS }): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  const directory = await resolveLinks(dirname(path), budget);
  const place = join(directory, basename(path));
  const target = await readlink(place).catch((error: unknown) => {
    // Not a link, or it does not exist.
    if (isCode(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
  if (target === undefined) return place;
  if (budget.links-- === 0) throw Object.assign(new Error('too many links'), { code: 'ELOOP', syscall: 'readlink' });
  return resolveLinks(resolve(directory, target), budget);
}

/** The first link in a relative path inside a directory, as the path names it. */
export async function firstLink(root: string, path: string): Promise<string | undefined> {
  const segments = path.split(sep);
  for (const index of segments.keys()) {
    const part = join(...segments.slice(0, index + 1));
    if ((await lstat(join(root, part)).catch(ignoreMissing))?.isSymbolicLink()) return part;
  }
  return undefined;
}

/** For `catch` on a path that does not have to exist. */
export function ignoreMissing(error: unknown): undefined {
  if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error;
}

export const isCode = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');
