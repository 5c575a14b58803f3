import type { Dirent } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, matchesGlob, posix, relative, resolve } from 'node:path';
import { quotePath } from '../../../lib/errors.ts';
import { type AllowedPaths, type ResolvedPath, relativeInside, resolvePath } from '../../../lib/files/workspace.ts';

/** The files that one glob matches. */
export interface Matches {
  files: { path: string; size: number }[];
  /** Matches that must not be published, or the glob itself when it leads out of the workspace. */
  problems: string[];
  /** Hidden files that a wildcard leaves out. */
  hidden: string[];
}

export interface FindOptions {
  allowed: AllowedPaths;
  exclusions: readonly Exclusion[];
  /** Whether wildcards match hidden files: those with a name, or in a directory with a name, that starts with a dot. */
  includeHidden: boolean;
}

/** A line that excludes files. It excludes hidden files too, and everything in a directory that it matches. */
export class Exclusion {
  readonly line: number;
  readonly text: string;
  /** Whether it has excluded anything. */
  used = false;
  readonly #globs: string[];

  /** @param text without its `!` */
  constructor(text: string, line: number, workspace: string) {
    this.text = text;
    this.line = line;
    const pattern = markGlob(toGlob(relative(workspace, resolve(workspace, toGlob(text)))));
    this.#globs = [pattern, `${pattern}/**`];
  }

  /** @param path relative to the workspace */
  excludes(path: string): boolean {
    const marked = markPath(toGlob(path));
    const excludes = this.#globs.some((glob) => matchesGlob(marked, glob));
    this.used ||= excludes;
    return excludes;
  }
}

export async function findFiles(pattern: string, options: FindOptions): Promise<Matches> {
  const { allowed, includeHidden } = options;
  const { workspace } = allowed;
  const matches: Matches = { files: [], problems: [], hidden: [] };
  // A name can contain characters with a meaning in a glob: `app[1].txt`.
  const literal = await resolvePath(allowed, pattern);
  if ('problem' in literal) return { ...matches, problems: [literal.problem] };
  if (literal.value.kind === 'file') {
    const file = toMatch(pattern, literal.value, workspace);
    return isExcluded(file.path, options) ? matches : { ...matches, files: [file] };
  }
  const seen = new Set<string>();
  const add = async (match: string): Promise<void> => {
    seen.add(resolve(workspace, match));
    // `.*` matches it in every checkout, and a directory is not attached.
    if (basename(match).toLowerCase() === '.git') return;
    if (isExcluded(relativePath(match, workspace), options)) return;
    const resolved = await resolvePath(allowed, match);
    if ('problem' in resolved) matches.problems.push(`matches ${quotePath(match)}, which ${resolved.problem}`);
    else if (resolved.value.kind === 'file') matches.files.push(toMatch(match, resolved.value, workspace));
  };
  for await (const match of glob(toGlob(pattern), { cwd: workspace })) await add(match);
  for await (const match of findHidden(pattern, allowed)) {
    if (seen.has(resolve(workspace, match))) continue;
    if (includeHidden) await add(match);
    else if (!isExcluded(relativePath(match, workspace), options)) matches.hidden.push(match);
  }
  return matches;
}

/** Every exclusion is asked, so that each knows whether it has excluded anything. */
const isExcluded = (path: string, { exclusions }: FindOptions): boolean =>
  exclusions.filter((exclusion) => exclusion.excludes(path)).length > 0;

const relativePath = (path: string, workspace: string): string => relative(workspace, resolve(workspace, path));

function toMatch(path: string, { size }: ResolvedPath, workspace: string): { path: string; size: number } {
  const absolute = resolve(workspace, path);
  return { path: relativeInside(workspace, absolute) ?? absolute, size };
}

/** Node's `glob` and `matchesGlob` take `\` for `/` on every system, and have no escapes. */
const toGlob = (text: string): string => text.replaceAll('\\', '/');

const WILDCARD = /[*?[{]|[@+!]\(/;

/**
 * Hidden files, as the glob would match them if wildcards matched a leading dot: Node's `glob` has no option for that. Git's own directory is
 * always left out.
 */
async function* findHidden(pattern: string, allowed: AllowedPaths): AsyncGenerator<string> {
  const segments = posix.normalize(toGlob(pattern)).split('/');
  const wild = segments.findIndex((segment) => WILDCARD.test(segment));
  if (wild === -1) return;
  const start = segments.slice(0, wild).join('/');
  const base = resolve(allowed.workspace, isAbsolute(pattern) ? start || '/' : start);
  const root = await resolvePath(allowed, base);
  if ('problem' in root || root.value.kind !== 'directory') return;
  const rest = segments.slice(wild).join('/');
  const marked = markGlob(rest);
  // Without `**` no match is deeper than the glob.
  const depth = rest.includes('**') ? Number.POSITIVE_INFINITY : rest.split('/').length;
  for await (const path of walk(base, depth)) {
    if (/(^|\/)\./.test(path) && matchesGlob(markPath(path), marked)) yield start === '' ? path : `${start}/${path}`;
  }
}

/** The files in a directory, and links to files, by their paths relative to it. */
async function* walk(directory: string, depth: number, prefix = ''): AsyncGenerator<string> {
  const entries: Dirent[] = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) {
      if (entry.name.toLowerCase() !== '.git' && depth > 1)
        yield* walk(join(directory, entry.name), depth - 1, `${path}/`);
    } else if (!entry.isSymbolicLink() || (await isFile(join(directory, entry.name)))) yield path;
  }
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );

/** Stands for the leading dot of a hidden name, so that wildcards match it. A character of Unicode's private use area. */
const MARK = '\uE000';

const DOT = `[.${MARK}]`;

const markPath = (path: string): string => path.replaceAll(/(?<=^|\/)\.(?!\.?(?:\/|$))/g, MARK);

/** Every dot of a glob becomes a class that matches the mark too, except in `..` and in ranges such as `{1..9}`. */
const markGlob = (glob: string): string =>
  glob.replaceAll(/(?<=^|\/)\.\.(?=\/|$)|\[[^\]]*\]|\{-?\w+\.\.-?\w+(?:\.\.-?\d+)?\}|\./g, (part) => {
    if (part === '.') return DOT;
    return part.startsWith('[') ? part.replaceAll('.', `.${MARK}`) : part;
  });
