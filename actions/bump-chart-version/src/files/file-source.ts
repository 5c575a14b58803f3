import { ActionError } from '../../../lib/errors.ts';
import type { Request } from '../inputs/settings.ts';
import { inChart } from '../plan/chart.ts';

/** What a path leads to. */
export type FileState = { kind: 'file'; bytes: Uint8Array } | { kind: 'missing' } | { kind: 'refused'; why: string };

/** Where charts are read from: a commit of a repository, or the checkout. */
export interface FileSource {
  /** One state for each path. */
  files: ReadonlyMap<string, FileState>;
  /** The names in a directory, directories with a `/` at the end; `undefined` when the directory does not exist. */
  list(directory: string): Promise<string[] | undefined>;
}

/** The files that exist. */
export function contentsOf({ files }: FileSource): Map<string, Uint8Array> {
  return new Map([...files].flatMap(([path, state]) => (state.kind === 'file' ? [[path, state.bytes] as const] : [])));
}

/**
 * The files that exist, if all required files do.
 * @throws {ActionError} naming each missing file, and what its directory contains
 */
export async function requireFiles(request: Request, source: FileSource): Promise<Map<string, Uint8Array>> {
  const problems: string[] = [];
  for (const [path, state] of source.files) if (state.kind === 'refused') problems.push(`${path} ${state.why}`);
  const isRefused = problems.length > 0;
  const isMissing = (path: string): boolean => source.files.get(path)?.kind === 'missing';
  for (const chart of request.charts) {
    const path = inChart(chart, 'Chart.yaml');
    if (isMissing(path)) problems.push(`${path} is missing; ${await describeDirectory(chart, source)}`);
  }
  for (const file of request.valuesFiles) {
    const paths = request.charts.map((chart) => inChart(chart, file));
    if (!paths.every(isMissing)) continue;
    const directories = await Promise.all(request.charts.map((chart) => describeDirectory(chart, source)));
    problems.push(`values file ${file} is missing; ${[...new Set(directories)].join('; ')}`);
  }
  if (problems.length === 0) return contentsOf(source);
  throw new ActionError({
    what: isRefused ? 'chart files cannot be used' : 'chart files not found',
    why: problems.join('\n'),
    next: 'Correct the inputs charts, values-files and branch. Nothing was changed.',
  });
}

async function describeDirectory(directory: string, source: FileSource): Promise<string> {
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
