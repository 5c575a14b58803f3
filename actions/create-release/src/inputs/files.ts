import { basename } from 'node:path';
import { quotePath } from '../../../lib/errors.ts';
import { globProblem } from '../../../lib/files/globs.ts';
import { type AllowedPaths, readWorkspaceFile } from '../../../lib/files/workspace.ts';
import type { InputReader, Line } from '../../../lib/runner/inputs.ts';
import { assetName, CHECKSUMS_NAME, hasOwnName, MAX_ASSETS } from '../assets/asset-names.ts';
import { Exclusion, findFiles } from './find-files.ts';
import { migrationHint } from './migration-hints.ts';

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

/** What a person should know about the files, although it is not an error. */
export interface FileMessage {
  level: 'notice' | 'warning';
  message: string;
}

export interface FoundFiles {
  files: FoundFile[];
  fileMessages: FileMessage[];
}

const EXAMPLE = 'dist/*.tgz';
/** "Each file included in a release must be under 2 GiB": https://docs.github.com/repositories/releasing-projects-on-github/about-releases#storage-and-bandwidth-quotas */
const MAX_FILE_BYTES = 2 * 1024 ** 3;
/** Names in a message; more are counted. */
const MAX_NAMES = 5;

/** The text of a file that an input names; a file that cannot be read, or that leads out of the workspace, is a problem. */
export async function readTextFile(reader: InputReader, input: string, allowed: AllowedPaths): Promise<string> {
  const path = reader.text(input);
  if (path === '') return '';
  const file = await readWorkspaceFile(allowed, path);
  if ('value' in file) return file.value.toString('utf8');
  reader.addProblem({ input, value: path, problem: file.problem, example: 'CHANGELOG.md' });
  return '';
}

/**
 * The files that the globs of the `files` input match, sorted by asset name; every glob must match a file.
 * @param checksums whether the release also gets a `SHA256SUMS`
 */
export async function readFiles(
  reader: InputReader,
  { allowed, checksums }: { allowed: AllowedPaths; checksums: boolean },
): Promise<FoundFiles> {
  const includeHidden = reader.boolean('include-hidden-files', false);
  const lines = reader.lines('files').filter((line) => {
    const problem = globProblem(line.text);
    if (problem !== undefined) addProblem(reader, line, problem);
    return problem === undefined;
  });
  const isExclusion = ({ text }: Line): boolean => text.startsWith('!');
  const exclusions = lines
    .filter(isExclusion)
    .map(({ text, number }) => new Exclusion(text.slice(1).trim(), number, allowed.workspace));
  if (exclusions.length > 0 && exclusions.length === lines.length)
    reader.addProblem({ input: 'files', problem: 'only excludes files', example: EXAMPLE });

  const found = new Map<string, FoundFile>();
  const leftOut = new Map<string, string[]>();
  for (const line of lines.filter((line) => !isExclusion(line))) {
    const { files, problems, hidden } = await findFiles(line.text, { allowed, exclusions, includeHidden });
    for (const problem of problems) addProblem(reader, line, problem);
    if (files.length + problems.length === 0) addProblem(reader, line, await noMatch(line.text, hidden, allowed));
    if (hidden.length > 0) leftOut.set(line.text, hidden);
    for (const { path, size } of files) {
      if (found.has(path)) continue;
      const file = toFound(path, size);
      const problem = fileProblem(file);
      if (problem !== undefined) addProblem(reader, line, `matches ${basename(path)}, which ${problem}`);
      found.set(path, file);
    }
  }
  const files = [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  reportConflicts(reader, files);
  reportCount(reader, files, checksums);
  return { files, fileMessages: [...unusedExclusions(exclusions), ...hiddenFiles(leftOut, found), ...renamed(files)] };
}

const addProblem = (reader: InputReader, { text, number }: Line, problem: string): void =>
  reader.addProblem({ input: `files (line ${number})`, value: text, problem, example: EXAMPLE });

function toFound(path: string, size: number): FoundFile {
  const fileName = basename(path);
  const name = assetName(fileName);
  return { path, name, label: name === fileName ? undefined : fileName, size };
}

function fileProblem({ size }: FoundFile): string | undefined {
  if (size === 0) return 'is empty; GitHub does not accept empty assets';
  return size >= MAX_FILE_BYTES ? 'is not under 2 GiB' : undefined;
}

async function noMatch(text: string, hidden: readonly string[], allowed: AllowedPaths): Promise<string> {
  if (hidden.length > 0) return `matches only hidden files (${formatNames(hidden)}); set include-hidden-files: true`;
  const hint = await migrationHint(text, allowed);
  return hint === undefined ? 'matches no file' : `matches no file; ${hint}`;
}

/** Two files must not become one asset. */
function reportConflicts(reader: InputReader, files: readonly FoundFile[]): void {
  for (const [index, file] of files.entries()) {
    const next = files[index + 1];
    if (next?.name !== file.name) continue;
    const problem = `matches two files that become the asset ${file.name}: ${file.path} and ${next.path}`;
    reader.addProblem({ input: 'files', problem, advice: 'rename or exclude one of them' });
  }
}

function reportCount(reader: InputReader, files: readonly FoundFile[], checksums: boolean): void {
  if (files.length + (checksums ? 1 : 0) <= MAX_ASSETS) return;
  reader.addProblem({
    input: 'files',
    problem: `matches ${files.length} files${checksums ? `, which are ${files.length + 1} with ${CHECKSUMS_NAME}` : ''}; a release has at most ${MAX_ASSETS}`,
    advice: 'attach fewer files, for example as one archive',
  });
}

/** An exclusion with a typing error would publish the files that it is to keep back. */
const unusedExclusions = (exclusions: readonly Exclusion[]): FileMessage[] =>
  exclusions
    .filter(({ used }) => !used)
    .map(({ line, text }) => ({
      level: 'warning',
      message: `files (line ${line}): \`!${text}\` excludes nothing. A glob is relative to the workspace; \`**/\` reaches every directory.`,
    }));

function hiddenFiles(leftOut: ReadonlyMap<string, string[]>, found: ReadonlyMap<string, FoundFile>): FileMessage[] {
  return [...leftOut].flatMap(([glob, paths]) => {
    const names = paths.filter((path) => !found.has(path));
    if (names.length === 0) return [];
    const them = names.length === 1 ? 'it' : 'them';
    const message = `\`${glob}\` leaves out ${formatNames(names)}; set include-hidden-files: true to attach ${them}.`;
    return [{ level: 'notice', message }];
  });
}

/** A person looks for the file under its own name. */
const renamed = (files: readonly FoundFile[]): FileMessage[] =>
  files
    .filter(({ path }) => !hasOwnName(basename(path)))
    .map(({ path, name }) => ({
      level: 'notice',
      message: `${quotePath(basename(path))} is stored as ${name}: GitHub does not keep such a name.`,
    }));

function formatNames(paths: readonly string[]): string {
  const names = paths.slice(0, MAX_NAMES).map((path) => quotePath(path));
  const more = paths.length - names.length;
  return more > 0 ? `${names.join(', ')} and ${more} more` : names.join(', ');
}
