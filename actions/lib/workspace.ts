import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readlink, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import nodePath, { dirname, isAbsolute, type PlatformPath, resolve } from 'node:path';
import { hasGitName, holdsToken, isGitName, isInGitFolder } from './git-names.ts';
import type { Environment, Parsed } from './inputs.ts';
import { firstLink, followLinks, ignoreMissing, isCode } from './links.ts';

/** The folders in which the paths of inputs may end. */
export interface Area {
  /** The checkout, where relative paths start. */
  workspace: string;
  /** The runner's folder for temporary files, for inputs that take absolute paths in it. */
  temporary?: string;
}

/** What a path leads to when all links are followed. */
export interface Place {
  /** Absolute, without links. */
  path: string;
  kind: 'file' | 'folder' | 'missing';
  /** In bytes; 0 for what is no file. */
  size: number;
  /** The first link on the way, as the path has it, relative to the folder that holds it. */
  link: string | undefined;
}

/** How a file is opened: `open` of `node:fs/promises`, except in tests. */
export type Opener = (path: string, flags: number) => Promise<FileHandle>;

/** More than this is no text that anybody wrote; it is far below what a JavaScript string can hold. */
const MAX_READ = 256 * 1024 * 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Windows has neither flag. A pipe that nobody writes to would otherwise hold the step for ever. */
const SAFE = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** What some callers expect: nothing is there, or a folder. */
export const MISSING = 'does not exist';
export const FOLDER = 'is a folder';
/** The kernel shows its own state there, as files: a process's environment, say. */
const KERNEL = /^\/(?:proc|sys)(?:\/|$)/;
const CHANGED = 'was changed while it was opened';

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
  if (segments.some(isGitName)) return { problem: 'points into .git' };
  if (CONTROL.test(path)) return { problem: 'has control characters' };
  return { value: segments.filter((segment) => segment !== '' && segment !== '.').join('/') };
}

/** The workspace and the runner's temporary folder. */
export const areaOf = (env: Environment): Required<Area> => ({
  workspace: env.GITHUB_WORKSPACE || process.cwd(),
  temporary: env.RUNNER_TEMP || tmpdir(),
});

/**
 * Where a path leads now. It must end in the folder in which it begins, whatever links say: a link of the repository may lead to no other place
 * of the runner, not even into the temporary folder, where other steps keep their secrets. Nothing of Git's own is a place.
 * @param path relative to the workspace, or absolute
 * @returns a problem as a predicate that names no place of the runner: `leads out of the workspace (a link)`
 */
export async function locate(area: Area, path: string): Promise<Parsed<Place>> {
  if (CONTROL.test(path)) return { problem: 'has control characters' };
  const named = resolve(area.workspace, path);
  try {
    const target = await followLinks(named);
    const roots = await rootsOf(area, path);
    const root =
      roots.find(({ given, real }) => (below(given, named) ?? below(real, named)) !== undefined) ??
      roots.find(({ real }) => below(real, target) !== undefined);
    if (root === undefined) return { problem: `is outside ${roots.map(({ name }) => name).join(' and ')}` };
    const rest = below(root.real, target);
    const asked = below(root.given, named) ?? below(root.real, named) ?? rest ?? '';
    if (hasGitName(asked)) return { problem: 'is inside .git' };
    if (rest === undefined) return { problem: `leads out of ${root.name} (a link)` };
    if (holdsToken(rest)) return { problem: 'holds the token of actions/checkout' };
    if (hasGitName(rest)) return { problem: 'leads into .git (a link)' };
    if (isInGitFolder(root.real, rest)) return { problem: 'is inside a folder of Git, as .git is one' };
    const link = asked === rest ? undefined : await firstLink(root.real, asked);
    // The system decides whether anything is there: for it, `none/..` is nothing where there is no folder `none`.
    const found = await stat(named).catch(ignoreMissing);
    if (found === undefined && (await lstat(named).catch(ignoreMissing)) !== undefined)
      return { problem: 'leads to nothing (a link)' };
    if (KERNEL.test(target) || (found !== undefined && !found.isFile() && !found.isDirectory()))
      return { problem: 'is neither a file nor a folder' };
    const kind = found === undefined ? 'missing' : found.isFile() ? 'file' : 'folder';
    return { value: { path: target, kind, size: kind === 'file' ? (found?.size ?? 0) : 0, link } };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** The same for what is to be written, through no link: it must change no other file than the one that is named. */
export async function locateTarget(area: Area, path: string): Promise<Parsed<Place>> {
  const place = await locate(area, path);
  if ('problem' in place || place.value.link === undefined) return place;
  return { problem: `would be written through a link (${place.value.link}); name the place that it leads to` };
}

/**
 * Open a file for reading. What is opened is what was looked at: a link that is put in its place meanwhile is not followed.
 * The caller closes it.
 */
export async function openFile(area: Area, path: string, opener: Opener = open): Promise<Parsed<FileHandle>> {
  const place = await locate(area, path);
  if ('problem' in place) return place;
  if (place.value.kind === 'missing') return { problem: MISSING };
  if (place.value.kind === 'folder') return { problem: FOLDER };
  return openAt(place.value.path, constants.O_RDONLY, opener);
}

/** A file's bytes; see {@link openFile}. */
export async function readInside(area: Area, path: string, opener: Opener = open): Promise<Parsed<Buffer>> {
  const file = await openFile(area, path, opener);
  if ('problem' in file) return file;
  try {
    if ((await file.value.stat()).size > MAX_READ) return { problem: 'is larger than 256 MiB' };
    return { value: await file.value.readFile() };
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    await file.value.close();
  }
}

/** Write a file, and make the folders above it. @returns the file's absolute path */
export async function writeInside(
  area: Area,
  { path, text }: { path: string; text: string },
  opener: Opener = open,
): Promise<Parsed<string>> {
  const place = await locateTarget(area, path);
  if ('problem' in place) return place;
  if (place.value.kind === 'folder') return { problem: FOLDER };
  const target = place.value.path;
  try {
    await mkdir(dirname(target), { recursive: true });
  } catch (error) {
    return { problem: problemOf(error) };
  }
  // Nothing is cut off before it is known what was opened.
  const file = await openAt(target, constants.O_WRONLY | constants.O_CREAT, opener);
  if ('problem' in file) return file;
  try {
    // An archive that a step unpacked can make them, also of a file in .git.
    if ((await file.value.stat()).nlink > 1)
      return { problem: 'has a second name (a hard link), and would change there too' };
    await file.value.truncate(0);
    await file.value.writeFile(text);
    return { value: target };
  } catch (error) {
    return { problem: problemOf(error) };
  } finally {
    await file.value.close();
  }
}

/** @param path without links when it was looked at */
async function openAt(path: string, flags: number, opener: Opener): Promise<Parsed<FileHandle>> {
  let handle: FileHandle;
  try {
    handle = await opener(path, flags | SAFE);
  } catch (error) {
    // A link (ELOOP), a socket or a pipe (ENXIO), or nothing is there now.
    return { problem: isCode(error, 'ELOOP', 'ENXIO', 'ENOENT') ? CHANGED : problemOf(error) };
  }
  try {
    if ((await handle.stat()).isFile() && (await isAt(handle, path))) return { value: handle };
  } catch (error) {
    if (!isCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  await handle.close();
  return { problem: CHANGED };
}

/** Whether an open file is the one at a path without links: a folder above it may have become a link before it was opened. */
async function isAt(handle: FileHandle, path: string): Promise<boolean> {
  // Linux says where an open file is, and nothing can come between.
  const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => '');
  if (isAbsolute(opened)) return opened === path;
  const [own, there] = await Promise.all([handle.stat({ bigint: true }), lstat(path, { bigint: true })]);
  return own.dev === there.dev && own.ino === there.ino && (await realpath(path)) === path;
}

interface Root {
  name: string;
  given: string;
  real: string;
}

async function rootsOf({ workspace, temporary }: Area, path: string): Promise<Root[]> {
  const root = async (name: string, folder: string): Promise<Root> => {
    const given = resolve(folder);
    return { name, given, real: await followLinks(given) };
  };
  const own = await root('the workspace', workspace);
  return temporary === undefined || !isAbsolute(path)
    ? [own]
    : [own, await root("the runner's temporary folder", temporary)];
}

/** A path relative to a folder that holds it; empty for the folder itself, `undefined` for what is not below it. */
export function below(folder: string, path: string, system: PlatformPath = nodePath): string | undefined {
  const way = system.relative(folder, path);
  return way === '..' || way.startsWith(`..${system.sep}`) || system.isAbsolute(way) ? undefined : way;
}

/** The system's own messages name places of the runner. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'may not be used by the user of this step',
  EPERM: 'may not be used by the user of this step',
  EROFS: 'is on a disk that cannot be written',
  ENOSPC: 'finds no space left on the disk',
  EDQUOT: 'finds no space left on the disk',
  EISDIR: FOLDER,
  EEXIST: 'needs a folder where a file is',
  ENOTDIR: 'needs a folder where a file is',
  ELOOP: 'leads in a circle (a link)',
  ENAMETOOLONG: 'is longer than the system allows',
};

function problemOf(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  return PROBLEMS[code] ?? `cannot be used (${code})`;
}
