import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Parsed } from './inputs.ts';

/** A path inside a repository as Git writes it: relative, with `/`, without `.` and `..` segments. */
export function parseRepositoryPath(text: string): Parsed<string> {
  const path = text
    .replaceAll('\\', '/')
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '');
  if (path === '' || path === '.') return { value: '.' };
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    return { problem: 'is an absolute path; it must be relative to the repository' };
  const segments = path.split('/');
  if (segments.includes('..')) return { problem: 'leaves the repository ("..")' };
  if (segments.some((segment) => segment.toLowerCase() === '.git')) return { problem: 'points into .git' };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return { problem: 'has control characters' };
  return { value: segments.filter((segment) => segment !== '' && segment !== '.').join('/') };
}

/** The absolute path, if it and what its links point to stay in the workspace; of a path that does not exist, the part that does is followed. */
export async function insideWorkspace(workspace: string, path: string): Promise<Parsed<string>> {
  const root = await followLinks(resolve(workspace));
  const target = await followLinks(resolve(root, path));
  const way = relative(root, target);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
    ? { problem: 'is outside the workspace' }
    : { value: target };
}

/** The place that a path leads to, also where the end of it is yet to be made. */
async function followLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  const folder = await followLinks(dirname(path));
  const name = basename(path);
  try {
    return await followLinks(resolve(folder, await readlink(join(folder, name))));
  } catch (error) {
    // No link, or nothing of that name.
    if (isCode(error, 'EINVAL', 'ENOENT', 'ENOTDIR')) return join(folder, name);
    throw error;
  }
}

const isCode = (error: unknown, ...codes: string[]): boolean =>
  codes.includes((error as NodeJS.ErrnoException).code ?? '');
