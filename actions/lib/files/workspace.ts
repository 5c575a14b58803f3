import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readlink, realpath, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import nodePath, { dirname, isAbsolute, type PlatformPath, resolve } from 'node:path';
import type { Environment, Parsed } from '../runner/inputs.ts';
import { hasGitDirectory, isGitDirectoryName, isInGitDirectory, isTokenFile } from './git-paths.ts';
import { findFirstLink, hasErrorCode, ignoreMissing, resolveLinks } from './links.ts';

/** The directories that paths of inputs must stay in. */
export interface AllowedPaths {
  /** The checkout, which relative paths start from. */
  workspace: string;
  /** The runner's directory for temporary files, for inputs that accept absolute paths into it. */
  temporary?: string;
}

/** A path with all links followed. */
export interface ResolvedPath {
  /** Absolute, without links. */
  path: string;
  kind: 'file' | 'directory' | 'missing';
  /** In bytes; 0 unless it is a file. */
  size: number;
  /** The first link in the path, as the path names it, relative to its root. */
  link: string | undefined;
}

/** Opens a file: `open` of `node:fs/promises`, except in tests. */
export type Opener = (path: string, flags: number) => Promise<FileHandle>;

/** In bytes: more than any file that a person writes, and far below the maximum length of a JavaScript string. */
const MAX_READ_BYTES = 256 * 1024 * 1024;
// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control characters
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;
/** Windows has neither flag. Opening a pipe without a writer would otherwise block the step forever. */
const SAFE_OPEN_FLAGS = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** Problems that some callers check for. */
export const DOES_NOT_EXIST = 'does not exist';
export const IS_DIRECTORY = 'is a directory';
/** Where the kernel exposes its state as files, such as the environment of a process. */
const KERNEL_FILE_SYSTEMS = /^\/(?:proc|sys)(?:\/|$)/;
const CHANGED = 'changed while it was being opened';

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
  if (segments.some(isGitDirectoryName)) return { problem: 'points into .git' };
  if (CONTROL_CHARACTERS.test(path)) return { problem: 'has control characters' };
  return { value: segments.filter((segment) => segment !== '' && segment !== '.').join('/') };
}

/** The workspace and the runner's temporary directory. */
export const allowedPaths = (env: Environment): Required<AllowedPaths> => ({
  workspace: env.GITHUB_WORKSPACE || process.cwd(),
  temporary: env.RUNNER_TEMP || tmpdir(),
});

/**
 * Resolve a path. It must stay in the root that it starts from: a link in the repository must not lead to any other place on the runner, not even into
 * the temporary directory, where other steps keep their secrets. Git's own files cannot be used either.
 * @param path relative to the workspace, or absolute
 * @returns a problem as a predicate that does not reveal paths of the runner: `leads out of the workspace (a link)`
 */
export async function resolvePath(allowed: AllowedPaths, path: string): Promise<Parsed<ResolvedPath>> {
  if (CONTROL_CHARACTERS.test(path)) return { problem: 'has control characters' };
  const named = resolve(allowed.workspace, path);
  try {
    const target = await resolveLinks(named);
    const roots = await getRoots(allowed, path);
    const root =
      roots.find(({ given, real }) => (relativeInside(given, named) ?? relativeInside(real, named)) !== undefined) ??
      roots.find(({ real }) => relativeInside(real, target) !== undefined);
    if (root === undefined) return { problem: `is outside ${roots.map(({ name }) => name).join(' and ')}` };
    const realPath = relativeInside(root.real, target);
    const givenPath = relativeInside(root.given, named) ?? relativeInside(root.real, named) ?? realPath ?? '';
    if (hasGitDirectory(givenPath)) return { problem: 'is inside .git' };
    if (realPath === undefined) return { problem: `leads out of ${root.name} (a link)` };
    if (isTokenFile(realPath)) return { problem: 'holds the token of actions/checkout' };
    if (hasGitDirectory(realPath)) return { problem: 'leads into .git (a link)' };
    if (isInGitDirectory(root.real, realPath)) return { problem: 'is inside a Git directory' };
    const link = givenPath === realPath ? undefined : await findFirstLink(root.real, givenPath);
    // The operating system decides what exists: `none/..` does not, unless there is a directory `none`.
    const stats = await stat(named).catch(ignoreMissing);
    if (stats === undefined && (await lstat(named).catch(ignoreMissing)) !== undefined)
      return { problem: 'is a broken link' };
    if (KERNEL_FILE_SYSTEMS.test(target) || (stats !== undefined && !stats.isFile() && !stats.isDirectory()))
      return { problem: 'is neither a file nor a directory' };
    const kind = stats === undefined ? 'missing' : stats.isFile() ? 'file' : 'directory';
    return { value: { path: target, kind, size: kind === 'file' ? (stats?.size ?? 0) : 0, link } };
  } catch (error) {
    return { problem: toProblem(error) };
  }
}

/** Resolve a path to write to. It must not contain a link: only the named file may change. */
export async function resolveOutputPath(allowed: AllowedPaths, path: string): Promise<Parsed<ResolvedPath>> {
  const resolved = await resolvePath(allowed, path);
  if ('problem' in resolved || resolved.value.link === undefined) return resolved;
  return { problem: `would be written through a link (${resolved.value.link}); use the path that the link leads to` };
}

/**
 * Open a file for reading. The opened file is the one that was checked: a link that replaces it in between is not followed.
 * The caller closes it.
 */
export async function openWorkspaceFile(
  allowed: AllowedPaths,
  path: string,
  opener: Opener = open,
): Promise<Parsed<FileHandle>> {
  const resolved = await resolvePath(allowed, path);
  if ('problem' in resolved) return resolved;
  if (resolved.value.kind === 'missing') return { problem: DOES_NOT_EXIST };
  if (resolved.value.kind === 'directory') return { problem: IS_DIRECTORY };
  return openAt(resolved.value.path, constants.O_RDONLY, opener);
}

/** A file's bytes; see {@link openWorkspaceFile}. */
export async function readWorkspaceFile(
  allowed: AllowedPaths,
  path: string,
  opener: Opener = open,
): Promise<Parsed<Buffer>> {
  const file = await openWorkspaceFile(allowed, path, opener);
  if ('problem' in file) return file;
  try {
    if ((await file.value.stat()).size > MAX_READ_BYTES) return { problem: 'is larger than 256 MiB' };
    return { value: await file.value.readFile() };
  } catch (error) {
    return { problem: toProblem(error) };
  } finally {
    await file.value.close();
  }
}

/** Write a file, and create its parent directories. @returns the absolute path of the file */
export async function writeWorkspaceFile(
  allowed: AllowedPaths,
  { path, text }: { path: string; text: string },
  opener: Opener = open,
): Promise<Parsed<string>> {
  const resolved = await resolveOutputPath(allowed, path);
  if ('problem' in resolved) return resolved;
  if (resolved.value.kind === 'directory') return { problem: IS_DIRECTORY };
  const target = resolved.value.path;
  try {
    await mkdir(dirname(target), { recursive: true });
  } catch (error) {
    return { problem: toProblem(error) };
  }
  // Do not truncate before checking what was opened.
  const file = await openAt(target, constants.O_WRONLY | constants.O_CREAT, opener);
  if ('problem' in file) return file;
  try {
    // An archive that an earlier step unpacked can create hard links, also to a file in .git.
    if ((await file.value.stat()).nlink > 1)
      return { problem: 'has another name (a hard link), which would change too' };
    await file.value.truncate(0);
    await file.value.writeFile(text);
    return { value: target };
  } catch (error) {
    return { problem: toProblem(error) };
  } finally {
    await file.value.close();
  }
}

/** @param path without links when it was checked */
async function openAt(path: string, flags: number, opener: Opener): Promise<Parsed<FileHandle>> {
  let handle: FileHandle;
  try {
    handle = await opener(path, flags | SAFE_OPEN_FLAGS);
  } catch (error) {
    // It is now a link (ELOOP), a socket or a pipe (ENXIO), or it no longer exists.
    return { problem: hasErrorCode(error, 'ELOOP', 'ENXIO', 'ENOENT') ? CHANGED : toProblem(error) };
  }
  try {
    if ((await handle.stat()).isFile() && (await isFileAt(handle, path))) return { value: handle };
  } catch (error) {
    if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR')) throw error;
  }
  await handle.close();
  return { problem: CHANGED };
}

/** Whether an open file is the one at a path without links: a parent directory may have become a link before it was opened. */
async function isFileAt(handle: FileHandle, path: string): Promise<boolean> {
  // Linux reports the path of an open file, without a race.
  const openPath = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => '');
  if (isAbsolute(openPath)) return openPath === path;
  const [openFile, currentFile] = await Promise.all([handle.stat({ bigint: true }), lstat(path, { bigint: true })]);
  return openFile.dev === currentFile.dev && openFile.ino === currentFile.ino && (await realpath(path)) === path;
}

interface Root {
  name: string;
  given: string;
  real: string;
}

async function getRoots({ workspace, temporary }: AllowedPaths, path: string): Promise<Root[]> {
  const root = async (name: string, directory: string): Promise<Root> => {
    const given = resolve(directory);
    return { name, given, real: await resolveLinks(given) };
  };
  const workspaceRoot = await root('the workspace', workspace);
  return temporary === undefined || !isAbsolute(path)
    ? [workspaceRoot]
    : [workspaceRoot, await root("the runner's temporary directory", temporary)];
}

/** A path relative to a directory that contains it; empty for the directory itself, `undefined` for a path outside it. */
export function relativeInside(directory: string, path: string, system: PlatformPath = nodePath): string | undefined {
  const relativePath = system.relative(directory, path);
  return relativePath === '..' || relativePath.startsWith(`..${system.sep}`) || system.isAbsolute(relativePath)
    ? undefined
    : relativePath;
}

/** The operating system's messages would reveal paths of the runner. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'cannot be accessed by the user of this step',
  EPERM: 'cannot be accessed by the user of this step',
  EROFS: 'is on a read-only file system',
  ENOSPC: 'does not fit: no space is left on the disk',
  EDQUOT: 'does not fit: no space is left on the disk',
  EISDIR: IS_DIRECTORY,
  EEXIST: 'needs a directory where a file exists',
  ENOTDIR: 'needs a directory where a file exists',
  ELOOP: 'is a link that leads to itself',
  ENAMETOOLONG: 'is longer than the system allows',
};

function toProblem(error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) throw error;
  return PROBLEMS[code] ?? `cannot be used (${code})`;
}
