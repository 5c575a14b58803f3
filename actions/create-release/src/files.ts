import { readFile, stat } from 'node:fs/promises';
import { basename, matchesGlob, relative, resolve } from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import type { InputReader } from '../../lib/inputs.ts';
import { assetName } from './rules/asset-names.ts';

/** A file to attach, found by the `files` input. */
export interface LocalFile {
  /** Absolute. */
  path: string;
  /** The asset's name on the server. */
  name: string;
  /** The file's own name, when the server would not keep it. */
  label: string | undefined;
  size: number;
}

const EXAMPLE = 'dist/*.tgz';
/** "Each file included in a release must be under 2 GiB": https://docs.github.com/repositories/releasing-projects-on-github/about-releases#storage-and-bandwidth-quotas */
const MAX_SIZE = 2 * 1024 ** 3;
const MAX_FILES = 1000;

/** The text of a file input; a file that cannot be read is a fault. */
export async function readTextFile(reader: InputReader, input: string, workspace: string): Promise<string> {
  const path = reader.text(input);
  if (path === '') return '';
  try {
    return await readFile(resolve(workspace, path), 'utf8');
  } catch (error) {
    reader.fault({ input, value: path, problem: `cannot be read: ${messageOf(error)}`, example: 'CHANGELOG.md' });
    return '';
  }
}

/** The files that the globs of the `files` input name, sorted by asset name; every glob must match a file. */
export async function findFiles(reader: InputReader, workspace: string): Promise<LocalFile[]> {
  const lines = reader.lines('files');
  const exclude = lines.filter(({ text }) => text.startsWith('!')).map(({ text }) => text.slice(1).trim());
  if (exclude.length > 0 && exclude.length === lines.length)
    reader.fault({ input: 'files', problem: 'only leaves files out and names none', example: EXAMPLE });
  const found = new Map<string, LocalFile>();
  for (const { text, number } of lines) {
    if (text.startsWith('!')) continue;
    const fault = (problem: string) =>
      reader.fault({ input: `files (line ${number})`, value: text, problem, example: EXAMPLE });
    const matches = await matchFiles(text, exclude, workspace);
    if (matches.length === 0) fault('matches no file');
    for (const { path, size } of matches) {
      if (found.has(path)) continue;
      const own = basename(path);
      const name = assetName(own);
      if (name === '') fault(`matches ${own}, of whose name nothing is left in an asset's name`);
      if (size === 0) fault(`matches ${own}, which is empty; GitHub accepts no empty asset`);
      if (size >= MAX_SIZE) fault(`matches ${own}, which is not under 2 GiB`);
      found.set(path, { path, name, label: name === own ? undefined : own, size });
    }
  }
  const files = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  reportClashes(reader, files);
  return files;
}

async function matchFiles(
  pattern: string,
  exclude: readonly string[],
  workspace: string,
): Promise<{ path: string; size: number }[]> {
  // A name may hold characters that mean something in a glob: `app[1].txt`.
  const literal = await sizeOf(resolve(workspace, pattern));
  if (literal !== undefined) {
    const path = resolve(workspace, pattern);
    return exclude.some((each) => isUnder(path, each, workspace)) ? [] : [{ path, size: literal }];
  }
  const { glob } = await import('node:fs/promises');
  const slashes = (text: string): string => (process.platform === 'win32' ? text.replaceAll('\\', '/') : text);
  const matches: { path: string; size: number }[] = [];
  for await (const match of glob(slashes(pattern), { cwd: workspace, exclude: exclude.map(slashes) })) {
    const path = resolve(workspace, match);
    const size = await sizeOf(path);
    if (size !== undefined) matches.push({ path, size });
  }
  return matches;
}

/** Whether a glob names a file or a folder that it is in: what `glob` leaves out when it is told to exclude that. */
function isUnder(path: string, pattern: string, workspace: string): boolean {
  const within = (other: string): string => relative(workspace, resolve(workspace, other));
  return [within(pattern), `${within(pattern)}/**`].some((each) => matchesGlob(within(path), each));
}

/** A file's size; `undefined` for anything else. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const stats = await stat(path);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return undefined; // A dangling link or a name that no file has: the caller reports what matches nothing.
  }
}

/** Two files may not become one asset. */
function reportClashes(reader: InputReader, files: readonly LocalFile[]): void {
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    if (next?.name !== file.name) continue;
    const problem = `names two files that become the asset ${file.name}: ${file.path} and ${next.path}`;
    reader.fault({ input: 'files', problem, example: 'give one of them another name' });
  }
  if (files.length > MAX_FILES)
    reader.fault({
      input: 'files',
      problem: `matches ${files.length} files; a release takes ${MAX_FILES}`,
      example: EXAMPLE,
    });
}
