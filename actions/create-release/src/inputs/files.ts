import { glob } from 'node:fs/promises';
import { basename, matchesGlob, relative, resolve } from 'node:path';
import { quotePath } from '../../../lib/errors.ts';
import { globProblem } from '../../../lib/files/globs.ts';
import {
  type AllowedPaths,
  type ResolvedPath,
  readWorkspaceFile,
  relativeInside,
  resolvePath,
} from '../../../lib/files/workspace.ts';
import type { InputReader } from '../../../lib/runner/inputs.ts';
import { assetName } from '../assets/asset-names.ts';

/** A file to attach, which the `files` input matches. */
export interface FoundFile {
  /** Relative to the workspace, or absolute in the runner's temporary directory. Links in it are resolved when it is opened. */
  path: string;
  /** The name of the asset on the server. */
  name: string;
  /** The name of the file, when the server would not keep it. */
  label: string | undefined;
  size: number;
}

const EXAMPLE = 'dist/*.tgz';
/** "Each file included in a release must be under 2 GiB": https://docs.github.com/repositories/releasing-projects-on-github/about-releases#storage-and-bandwidth-quotas */
const MAX_FILE_BYTES = 2 * 1024 ** 3;
const MAX_FILES = 1000;

/** The text of a file that an input names; a file that cannot be read, or that leads out of the workspace, is a problem. */
export async function readTextFile(reader: InputReader, input: string, allowed: AllowedPaths): Promise<string> {
  const path = reader.text(input);
  if (path === '') return '';
  const file = await readWorkspaceFile(allowed, path);
  if ('value' in file) return file.value.toString('utf8');
  reader.addProblem({ input, value: path, problem: file.problem, example: 'CHANGELOG.md' });
  return '';
}

/** The files that the globs of the `files` input match, sorted by asset name; every glob must match a file. */
export async function readFiles(reader: InputReader, allowed: AllowedPaths): Promise<FoundFile[]> {
  const lines = reader.lines('files').filter(({ text, number }) => {
    const problem = globProblem(text);
    if (problem !== undefined)
      reader.addProblem({ input: `files (line ${number})`, value: text, problem, example: EXAMPLE });
    return problem === undefined;
  });
  const exclude = lines.filter(({ text }) => text.startsWith('!')).map(({ text }) => text.slice(1).trim());
  if (exclude.length > 0 && exclude.length === lines.length)
    reader.addProblem({ input: 'files', problem: 'only excludes files', example: EXAMPLE });
  const found = new Map<string, FoundFile>();
  for (const { text, number } of lines) {
    if (text.startsWith('!')) continue;
    const addProblem = (problem: string) =>
      reader.addProblem({ input: `files (line ${number})`, value: text, problem, example: EXAMPLE });
    const { files: matches, problems } = await matchFiles(text, exclude, allowed);
    problems.forEach(addProblem);
    if (matches.length === 0 && problems.length === 0) addProblem('matches no file');
    for (const { path, size } of matches) {
      if (found.has(path)) continue;
      const fileName = basename(path);
      const name = assetName(fileName);
      if (name === '') addProblem(`matches ${fileName}, whose name has no character that an asset name can have`);
      if (size === 0) addProblem(`matches ${fileName}, which is empty; GitHub does not accept empty assets`);
      if (size >= MAX_FILE_BYTES) addProblem(`matches ${fileName}, which is not under 2 GiB`);
      found.set(path, { path, name, label: name === fileName ? undefined : fileName, size });
    }
  }
  const files = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  reportConflicts(reader, files);
  return files;
}

interface Matches {
  files: { path: string; size: number }[];
  /** Matches that must not be published, or the glob itself when it leads out of the workspace. */
  problems: string[];
}

async function matchFiles(pattern: string, exclude: readonly string[], allowed: AllowedPaths): Promise<Matches> {
  const { workspace } = allowed;
  // A name can contain characters with a meaning in a glob: `app[1].txt`.
  const literal = await resolvePath(allowed, pattern);
  if ('problem' in literal) return { files: [], problems: [literal.problem] };
  if (literal.value.kind === 'file') {
    const isExcluded = exclude.some((glob) => isExcludedBy(resolve(workspace, pattern), glob, workspace));
    return { files: isExcluded ? [] : [toMatch(pattern, literal.value, workspace)], problems: [] };
  }
  const slashes = (text: string): string => (process.platform === 'win32' ? text.replaceAll('\\', '/') : text);
  const matches: Matches = { files: [], problems: [] };
  for await (const match of glob(slashes(pattern), { cwd: workspace, exclude: exclude.map(slashes) })) {
    const resolved = await resolvePath(allowed, match);
    if ('problem' in resolved) matches.problems.push(`matches ${quotePath(match)}, which ${resolved.problem}`);
    else if (resolved.value.kind === 'file') matches.files.push(toMatch(match, resolved.value, workspace));
  }
  return matches;
}

function toMatch(path: string, { size }: ResolvedPath, workspace: string): { path: string; size: number } {
  const absolute = resolve(workspace, path);
  return { path: relativeInside(workspace, absolute) ?? absolute, size };
}

/** Whether a glob matches a file or one of its parents, as `exclude` of Node's `glob` does. */
function isExcludedBy(path: string, pattern: string, workspace: string): boolean {
  const inWorkspace = (other: string): string => relative(workspace, resolve(workspace, other));
  return [inWorkspace(pattern), `${inWorkspace(pattern)}/**`].some((glob) => matchesGlob(inWorkspace(path), glob));
}

/** Two files must not become one asset. */
function reportConflicts(reader: InputReader, files: readonly FoundFile[]): void {
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    if (next?.name !== file.name) continue;
    const problem = `matches two files that become the asset ${file.name}: ${file.path} and ${next.path}`;
    reader.addProblem({ input: 'files', problem, advice: 'rename or exclude one of them' });
  }
  if (files.length > MAX_FILES)
    reader.addProblem({
      input: 'files',
      problem: `matches ${files.length} files; a release has at most ${MAX_FILES}`,
      example: EXAMPLE,
    });
}
