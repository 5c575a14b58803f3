import { glob, readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { insideWorkspace } from '../../lib/workspace.ts';

/** The checkout: every path is relative to it, with `/`, and stays inside it whatever links say. */
export interface Files {
  root: string;
  /** Matches that stay inside, sorted; those that a link leads out of the workspace are told apart. */
  match(pattern: string): Promise<{ paths: string[]; outside: string[] }>;
  /** The text without a byte order mark, or `undefined` when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Links below a folder that lead out of the workspace. */
  escapes(folder: string): Promise<string[]>;
  absolute(path: string): string;
}

/** Never what a user means by `**`. */
const SKIPPED = new Set(['node_modules', '.git']);

const slashed = (path: string): string => path.replaceAll(sep, '/');

export function openFiles(root: string): Files {
  const inside = async (path: string): Promise<boolean> => 'value' in (await insideWorkspace(root, path));
  return {
    root,
    async match(pattern) {
      const paths: string[] = [];
      const outside: string[] = [];
      for await (const found of glob(pattern, { cwd: root, exclude: (name) => SKIPPED.has(name) }))
        ((await inside(found)) ? paths : outside).push(slashed(found));
      return { paths: paths.sort(), outside: outside.sort() };
    },
    async read(path) {
      if (!(await inside(path))) return undefined;
      try {
        return (await readFile(join(root, path), 'utf8')).replace(/^\uFEFF/, '');
      } catch (error) {
        if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
        throw error;
      }
    },
    async escapes(folder) {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      const links = entries
        .filter((entry) => entry.isSymbolicLink())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)));
      const verdicts = await Promise.all(links.map(inside));
      return links.filter((_, index) => verdicts[index] === false).map(slashed);
    },
    absolute: (path) => join(root, path),
  };
}

/** A glob that finds the path itself. In Node's globs a backslash is a slash on every system, so each sign stands in a class of its own. */
export const escapeGlob = (path: string): string => path.replaceAll(/[[\]*?()]/g, '[$&]');

/** Whether the text has a wildcard, so that it is a question and not a name. */
export const isPattern = (text: string): boolean => /[*?[{]/.test(text);
