import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
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

/** The absolute path, if it and what its links point to stay in the workspace; a path that does not exist is judged by its text alone. */
export async function insideWorkspace(workspace: string, path: string): Promise<Parsed<string>> {
  const root = await realpath(workspace);
  const absolute = resolve(root, path);
  const target = await realpath(absolute).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return absolute;
    throw error;
  });
  const way = relative(root, target);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)
    ? { problem: 'is outside the workspace' }
    : { value: target };
}
