import { ActionError, type InvalidPath, PathError } from '../../../lib/errors.ts';
import { type Files, isPattern } from '../inputs/files.ts';

/** Globs of chart directories. They are not required when only manifests are checked and the default matches no chart. */
export interface ChartQuery {
  patterns: readonly string[];
  required: boolean;
}

export interface ChartDirectories {
  /** Sorted. */
  directories: string[];
  /** Directories that contain a path that leads elsewhere. They are not read. */
  unsafe: string[];
  /** Patterns that match no chart, and paths in charts that lead elsewhere. */
  errors: ActionError[];
}

/** The directories that the patterns match and that hold a chart. Reads no chart, so that a wrong directory is reported at once. */
export async function findChartDirectories(files: Files, query: ChartQuery): Promise<ChartDirectories> {
  const errors: ActionError[] = [];
  const found = new Set<string>();
  const invalid: InvalidPath[] = [];
  for (const pattern of query.patterns) {
    // No glob matches the root of the repository, which can be a chart as well.
    const matches = pattern === '.' ? { paths: ['.'], invalid: [] } : await files.match(pattern);
    invalid.push(...matches.invalid);
    const charts = await Promise.all(
      matches.paths.map(async (path) => ((await isChart(files, path)) ? path.replace(/\/+$/, '') : [])),
    );
    const directories = charts.flat();
    if (directories.length === 0 && matches.invalid.length === 0 && query.required)
      errors.push(noChartError(pattern, matches.paths));
    for (const directory of directories) found.add(directory);
  }
  const directories: string[] = [];
  const unsafe: string[] = [];
  for (const directory of [...found].sort()) {
    const paths = await files.unsafePaths(directory);
    invalid.push(...paths);
    (paths.length === 0 ? directories : unsafe).push(directory);
  }
  // Several patterns can match the same path.
  const distinct = [...new Map(invalid.map((entry) => [entry.path, entry])).values()];
  if (distinct.length > 0) errors.push(new PathError('charts', distinct));
  return { directories, unsafe, errors };
}

/** True also for a Chart.yaml that leads elsewhere, so that it is reported. */
async function isChart(files: Files, directory: string): Promise<boolean> {
  const place = await files.locate(`${directory}/Chart.yaml`);
  return 'problem' in place || place.value.kind === 'file';
}

function noChartError(pattern: string, paths: readonly string[]): ActionError {
  const seen = paths.length === 0 ? 'it matches nothing' : `${paths.slice(0, 5).join(', ')} has no Chart.yaml`;
  return new ActionError({
    what: `no chart in ${pattern}`,
    why: `the input charts has ${JSON.stringify(pattern)}, but ${seen}`,
    next: isPattern(pattern)
      ? 'Check out the repository in a step before this one, and name the directories with a Chart.yaml.'
      : 'Name a directory with a Chart.yaml, relative to the root of the repository.',
  });
}
