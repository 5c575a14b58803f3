import { ActionError, type InvalidPath, PathError } from '../../../lib/errors.ts';
import type { Refusals } from '../error-collector.ts';
import { type Files, isPattern } from '../inputs/files.ts';

/** A glob of chart directories, and whether the user gave it: the default may find nothing where only manifests are checked. */
export interface ChartQuery {
  patterns: readonly string[];
  required: boolean;
}

export interface ChartDirectories {
  /** Sorted. */
  directories: string[];
  /** Those in which something leads elsewhere: they are not read. */
  unusable: string[];
}

/**
 * The directories that the patterns name and that hold a chart. Nothing heavy is loaded for this: a wrong directory is answered at once.
 * @param refusals gets every pattern that finds none, and everything in a chart that leads elsewhere
 */
export async function findChartDirectories(
  files: Files,
  query: ChartQuery,
  refusals: Refusals,
): Promise<ChartDirectories> {
  const found = new Set<string>();
  const refused: InvalidPath[] = [];
  for (const pattern of query.patterns) {
    // No glob finds the root of the repository, which may be a chart as well.
    const matches = pattern === '.' ? { paths: ['.'], refused: [] } : await files.match(pattern);
    refused.push(...matches.refused);
    const charts = await Promise.all(
      matches.paths.map(async (path) => ((await isChart(files, path)) ? path.replace(/\/+$/, '') : [])),
    );
    const directories = charts.flat();
    if (directories.length === 0 && matches.refused.length === 0 && query.required)
      refusals.add(nothingFound(pattern, matches.paths));
    for (const directory of directories) found.add(directory);
  }
  const directories: string[] = [];
  const unusable: string[] = [];
  for (const directory of [...found].sort()) {
    const faults = await files.faults(directory);
    refused.push(...faults);
    (faults.length === 0 ? directories : unusable).push(directory);
  }
  // Several patterns may find the same.
  const distinct = [...new Map(refused.map((each) => [each.path, each])).values()];
  if (distinct.length > 0) refusals.add(new PathError('charts', distinct));
  return { directories, unusable };
}

/** Also where its Chart.yaml leads elsewhere, which is what must be told. */
async function isChart(files: Files, directory: string): Promise<boolean> {
  const place = await files.locate(`${directory}/Chart.yaml`);
  return 'problem' in place || place.value.kind === 'file';
}

function nothingFound(pattern: string, paths: readonly string[]): ActionError {
  const seen =
    paths.length === 0 ? 'there is nothing of that name' : `${paths.slice(0, 5).join(', ')} has no Chart.yaml`;
  return new ActionError({
    what: `no chart in ${pattern}`,
    why: `the input charts asks for ${JSON.stringify(pattern)}, but ${seen}`,
    next: isPattern(pattern)
      ? 'Check out the repository in a step before this one, and name the directories that hold a Chart.yaml.'
      : 'Name a directory that holds a Chart.yaml, relative to the root of the repository.',
  });
}
