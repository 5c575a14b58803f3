import { ActionError } from '../../../lib/errors.ts';
import { inChart } from '../charts/chart.ts';
import { allowsNoChart } from '../charts/chart-directory.ts';
import type { Request } from '../inputs/settings.ts';
import { basePaths, unusedPaths, valuesFilePaths, valuesPaths } from '../plan/values-files.ts';

/** What a path leads to. */
export type FileState = { kind: 'file'; bytes: Uint8Array } | { kind: 'missing' } | { kind: 'refused'; why: string };

/** Where charts are read from: a commit of a repository, or the checkout. */
export interface FileSource {
  /** One state for each path. */
  files: ReadonlyMap<string, FileState>;
  /** The names in a directory, directories with a `/` at the end; `undefined` when the directory does not exist. */
  list(directory: string): Promise<string[] | undefined>;
}

/** The files that exist and are used. */
export function contentsOf(request: Request, { files }: FileSource): Map<string, Uint8Array> {
  const unused = unusedPaths(request, (path) => files.get(path)?.kind !== 'missing');
  return new Map(
    [...files].flatMap(([path, state]) =>
      state.kind === 'file' && !unused.has(path) ? [[path, state.bytes] as const] : [],
    ),
  );
}

/**
 * The files that exist, if all required files do.
 * @throws {ActionError} naming each missing file, and what its directory contains
 */
export async function requireFiles(request: Request, source: FileSource): Promise<Map<string, Uint8Array>> {
  const problems: string[] = [];
  const isMissing = (path: string): boolean => source.files.get(path)?.kind === 'missing';
  const exists = (path: string): boolean => !isMissing(path);
  const targets = new Set(valuesPaths(request, exists));
  const bases = basePaths(request).filter((path) => !targets.has(path));
  const unused = new Set([...unusedPaths(request, exists), ...bases]);
  for (const [path, state] of source.files)
    if (state.kind === 'refused' && !unused.has(path)) problems.push(`${path} ${state.why}`);
  const isRefused = problems.length > 0;
  for (const chart of request.charts) {
    const path = inChart(chart, 'Chart.yaml');
    if (!isMissing(path)) continue;
    const mayLackChart = allowsNoChart(request);
    if (mayLackChart && (await directoryExists(chart, source))) continue;
    const advice = mayLackChart ? '' : '; a directory without Chart.yaml needs version: none and no app-version';
    problems.push(`${path} is missing; ${await describeDirectory(chart, source)}${advice}`);
  }
  for (const { file, inCharts } of valuesFilePaths(request)) {
    if (![...inCharts, file].every(isMissing)) continue;
    const directories = await Promise.all(request.charts.map((chart) => describeDirectory(chart, source)));
    problems.push(
      `values file ${file} is missing, in the chart directories and from the root; ${[...new Set(directories)].join('; ')}`,
    );
  }
  if (problems.length === 0) return contentsOf(request, source);
  throw new ActionError({
    what: isRefused ? 'chart files cannot be used' : 'chart files not found',
    why: problems.join('\n'),
    next: 'Correct the inputs charts, values-files and branch. Nothing was changed.',
  });
}

async function directoryExists(directory: string, source: FileSource): Promise<boolean> {
  const hasFile = [...source.files].some(([path, { kind }]) => kind === 'file' && path.startsWith(`${directory}/`));
  return hasFile || (await source.list(directory)) !== undefined;
}

/** What a directory contains, or that it does not exist, for messages. */
export async function describeDirectory(directory: string, source: FileSource): Promise<string> {
  const names = await source.list(directory);
  if (names !== undefined) return describeContents(directory, names);
  const parent = directory.includes('/') ? directory.slice(0, directory.lastIndexOf('/')) : '.';
  const siblings = parent === directory ? undefined : await source.list(parent);
  const missing = `directory ${directory} does not exist`;
  return siblings === undefined ? missing : `${missing}; ${describeContents(parent, siblings)}`;
}

function describeContents(directory: string, names: readonly string[]): string {
  const name = directory === '.' ? 'the root' : `${directory}/`;
  return names.length === 0 ? `${name} is empty` : `${name} contains: ${names.slice(0, MAX_LISTED_NAMES).join(', ')}`;
}

const MAX_LISTED_NAMES = 20;
