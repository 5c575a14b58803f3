import { glob } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type InvalidPath, PathError } from '../../../lib/errors.ts';
import type { Parsed } from '../../../lib/inputs.ts';
import {
  DOES_NOT_EXIST,
  IS_DIRECTORY,
  type ResolvedPath,
  readWorkspaceFile,
  resolvePath,
} from '../../../lib/workspace.ts';
import { chartFaults } from './unsafe-paths.ts';

/** The checkout: every path is relative to it, with `/`, and stays inside it whatever links say. */
export interface Files {
  root: string;
  /** What is there under a path; see `locate` of the library. */
  locate(path: string): Promise<Parsed<ResolvedPath>>;
  /** Matches that may be used, sorted; those that lead elsewhere, or are no plain file or directory, are told apart. */
  match(pattern: string): Promise<{ paths: string[]; refused: InvalidPath[] }>;
  /**
   * The text without a byte order mark, or `undefined` when there is no such file.
   * @param input what names it
   * @throws {PathError} when the path leads elsewhere
   */
  read(path: string, input?: string): Promise<string | undefined>;
  /** See {@link chartFaults}. */
  faults(directory: string): Promise<InvalidPath[]>;
  absolute(path: string): string;
}

/** Never what a user means by `**`. */
const SKIPPED = new Set(['node_modules', '.git']);

const slashed = (path: string): string => path.replaceAll(sep, '/');
const byPath = (one: InvalidPath, other: InvalidPath): number => (one.path < other.path ? -1 : 1);

export function openFiles(root: string): Files {
  const area = { workspace: root };
  return {
    root,
    locate: (path) => resolvePath(area, path),
    async match(pattern) {
      const paths: string[] = [];
      const refused: InvalidPath[] = [];
      for await (const found of glob(pattern, { cwd: root, exclude: (name) => SKIPPED.has(name) })) {
        const path = slashed(found);
        const place = await resolvePath(area, found);
        if ('problem' in place) refused.push({ path, problem: place.problem });
        else paths.push(path);
      }
      return { paths: paths.sort(), refused: refused.sort(byPath) };
    },
    async read(path, input = 'charts') {
      const file = await readWorkspaceFile(area, path);
      if ('value' in file) return file.value.toString('utf8').replace(/^\uFEFF/, '');
      if (file.problem === DOES_NOT_EXIST || file.problem === IS_DIRECTORY) return undefined;
      throw new PathError(input, [{ path, problem: file.problem }]);
    },
    async faults(directory) {
      const start = await resolvePath(area, directory);
      if ('problem' in start) return [{ path: directory, problem: start.problem }];
      return (await chartFaults(area, directory, start.value.path)).sort(byPath);
    },
    absolute: (path) => join(root, path),
  };
}

/**
 * A glob that finds the path itself. In Node's globs a backslash is a slash on every system, so each sign stands in a class of its own;
 * a brace in one, of all signs but those before and after it, as braces are written out before classes are read.
 */
export const escapeGlob = (path: string): string =>
  path.replaceAll(/[[\]*?(){]/g, (sign) => (sign === '{' ? '[^\u0001-z|-\uffff]' : `[${sign}]`));

/** Whether the text has a wildcard, so that it is a question and not a name. */
export const isPattern = (text: string): boolean => /[*?[{]/.test(text);
