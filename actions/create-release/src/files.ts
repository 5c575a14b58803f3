import { basename, matchesGlob, relative, resolve } from 'node:path';
import { quotePath } from '../../lib/errors.ts';
import { globProblem } from '../../lib/globs.ts';
import type { InputReader } from '../../lib/inputs.ts';
import {
  type AllowedPaths,
  type ResolvedPath,
  readWorkspaceFile,
  relativeInside,
  resolvePath,
} from '../../lib/workspace.ts';
import { assetName } from './rules/asset-names.ts';

/** A file to attach, found by the `files` input. */
export interface LocalFile {
  /** As it was found: relative to the workspace, or absolute in the runner's temporary directory. Links on it are followed when it is opened. */
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

/** The text of a file input; a file that cannot be read, or that a link takes out of the workspace, is a fault. */
export async function readTextFile(reader: InputReader, input: string, area: AllowedPaths): Promise<string> {
  const path = reader.text(input);
  if (path === '') return '';
  const file = await readWorkspaceFile(area, path);
  if ('value' in file) return file.value.toString('utf8');
  reader.addProblem({ input, value: path, problem: file.problem, example: 'CHANGELOG.md' });
  return '';
}

/** The files that the globs of the `files` input name, sorted by asset name; every glob must match a file. */
export async function findFiles(reader: InputReader, area: AllowedPaths): Promise<LocalFile[]> {
  const lines = reader.lines('files').filter(({ text, number }) => {
    const problem = globProblem(text);
    if (problem !== undefined)
      reader.addProblem({ input: `files (line ${number})`, value: text, problem, example: EXAMPLE });
    return problem === undefined;
  });
  const exclude = lines.filter(({ text }) => text.startsWith('!')).map(({ text }) => text.slice(1).trim());
  if (exclude.length > 0 && exclude.length === lines.length)
    reader.addProblem({ input: 'files', problem: 'only leaves files out and names none', example: EXAMPLE });
  const found = new Map<string, LocalFile>();
  for (const { text, number } of lines) {
    if (text.startsWith('!')) continue;
    const fault = (problem: string) =>
      reader.addProblem({ input: `files (line ${number})`, value: text, problem, example: EXAMPLE });
    const { files: matches, problems } = await matchFiles(text, exclude, area);
    for (const problem of problems) fault(problem);
    if (matches.length === 0 && problems.length === 0) fault('matches no file');
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

interface Matches {
  files: { path: string; size: number }[];
  /** What the glob finds and must not be published, or the glob itself when it leaves the workspace. */
  problems: string[];
}

async function matchFiles(pattern: string, exclude: readonly string[], area: AllowedPaths): Promise<Matches> {
  const { workspace } = area;
  // A name may hold characters that mean something in a glob: `app[1].txt`.
  const literal = await resolvePath(area, pattern);
  if ('problem' in literal) return { files: [], problems: [literal.problem] };
  if (literal.value.kind === 'file') {
    const isLeftOut = exclude.some((each) => isUnder(resolve(workspace, pattern), each, workspace));
    return { files: isLeftOut ? [] : [fileAt(pattern, literal.value, workspace)], problems: [] };
  }
  const { glob } = await import('node:fs/promises');
  const slashes = (text: string): string => (process.platform === 'win32' ? text.replaceAll('\\', '/') : text);
  const matches: Matches = { files: [], problems: [] };
  for await (const match of glob(slashes(pattern), { cwd: workspace, exclude: exclude.map(slashes) })) {
    const place = await resolvePath(area, match);
    if ('problem' in place) matches.problems.push(`matches ${quotePath(match)}, which ${place.problem}`);
    else if (place.value.kind === 'file') matches.files.push(fileAt(match, place.value, workspace));
  }
  return matches;
}

function fileAt(path: string, { size }: ResolvedPath, workspace: string): { path: string; size: number } {
  const absolute = resolve(workspace, path);
  return { path: relativeInside(workspace, absolute) ?? absolute, size };
}

/** Whether a glob names a file or a directory that it is in: what `glob` leaves out when it is told to exclude that. */
function isUnder(path: string, pattern: string, workspace: string): boolean {
  const within = (other: string): string => relative(workspace, resolve(workspace, other));
  return [within(pattern), `${within(pattern)}/**`].some((each) => matchesGlob(within(path), each));
}

/** Two files may not become one asset. */
function reportClashes(reader: InputReader, files: readonly LocalFile[]): void {
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    if (next?.name !== file.name) continue;
    const problem = `names two files that become the asset ${file.name}: ${file.path} and ${next.path}`;
    reader.addProblem({ input: 'files', problem, example: 'give one of them another name' });
  }
  if (files.length > MAX_FILES)
    reader.addProblem({
      input: 'files',
      problem: `matches ${files.length} files; a release takes ${MAX_FILES}`,
      example: EXAMPLE,
    });
}
