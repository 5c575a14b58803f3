import { glob } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type InvalidPath, PathError } from '../../../lib/errors.ts';
import {
  DOES_NOT_EXIST,
  IS_DIRECTORY,
  type ResolvedPath,
  readWorkspaceFile,
  resolvePath,
} from '../../../lib/files/workspace.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import { findUnsafePaths } from './unsafe-paths.ts';

/** The checkout. Every path is relative to it, has `/` as separator, and stays inside it whatever links say. */
export interface Files {
  root: string;
  /** What exists at a path; see {@link resolvePath}. */
  locate(path: string): Promise<Parsed<ResolvedPath>>;
  /** Matches, sorted; `invalid` are those that lead elsewhere or are neither a file nor a directory. */
  match(pattern: string): Promise<{ paths: string[]; invalid: InvalidPath[] }>;
  /**
   * The text without a byte order mark, or `undefined` when the file does not exist.
   * @param input the input that names the file
   * @throws {PathError} when the path leads elsewhere
   */
  read(path: string, input?: string): Promise<string | undefined>;
  /** See {@link findUnsafePaths}. */
  unsafePaths(directory: string): Promise<InvalidPath[]>;
  absolute(path: string): string;
}

/** Directories that `**` does not match. */
const SKIPPED = new Set(['node_modules', '.git']);

const slashed = (path: string): string => path.replaceAll(sep, '/');
const byPath = (a: InvalidPath, b: InvalidPath): number => (a.path < b.path ? -1 : 1);

export function createFiles(root: string): Files {
  const area = { workspace: root };
  return {
    root,
    locate: (path) => resolvePath(area, path),
    async match(pattern) {
      const paths: string[] = [];
      const invalid: InvalidPath[] = [];
      for await (const found of glob(pattern, { cwd: root, exclude: (name) => SKIPPED.has(name) })) {
        const path = slashed(found);
        const place = await resolvePath(area, found);
        if ('problem' in place) invalid.push({ path, problem: place.problem });
        else paths.push(path);
      }
      return { paths: paths.sort(), invalid: invalid.sort(byPath) };
    },
    async read(path, input = 'charts') {
      const file = await readWorkspaceFile(area, path);
      if ('value' in file) return file.value.toString('utf8').replace(/^\uFEFF/, '');
      if (file.problem === DOES_NOT_EXIST || file.problem === IS_DIRECTORY) return undefined;
      throw new PathError(input, [{ path, problem: file.problem }]);
    },
    async unsafePaths(directory) {
      const start = await resolvePath(area, directory);
      if ('problem' in start) return [{ path: directory, problem: start.problem }];
      return (await findUnsafePaths(area, directory, start.value.path)).sort(byPath);
    },
    absolute: (path) => join(root, path),
  };
}

/**
 * A glob that matches only the path itself. In Node's globs a backslash is a slash on every system, so each special character becomes a
 * class. An opening brace becomes the class that excludes all characters before and after it, because braces are expanded first.
 */
export const escapeGlob = (path: string): string =>
  path.replaceAll(/[[\]*?(){]/g, (character) => (character === '{' ? '[^\u0001-z|-\uffff]' : `[${character}]`));

/** Whether the text has a wildcard. */
export const isPattern = (text: string): boolean => /[*?[{]/.test(text);
