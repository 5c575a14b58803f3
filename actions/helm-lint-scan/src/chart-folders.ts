import { ActionError, PathError, type RefusedPath } from '../../lib/errors.ts';
import { type Files, isPattern } from './files.ts';
import type { Refusals } from './refusals.ts';

/** A glob of chart folders, and whether the user gave it: the default may find nothing where only manifests are checked. */
export interface ChartQuery {
  patterns: readonly string[];
  required: boolean;
}

export interface ChartFolders {
  /** Sorted. */
  folders: string[];
  /** Those in which something leads elsewhere: they are not read. */
  unusable: string[];
}

/**
 * The folders that the patterns name and that hold a chart. Nothing heavy is loaded for this: a wrong folder is answered at once.
 * @param refusals gets every pattern that finds none, and everything in a chart that leads elsewhere
 */
export async function findChartFolders(files: Files, query: ChartQuery, refusals: Refusals): Promise<ChartFolders> {
  const found = new Set<string>();
  const refused: RefusedPath[] = [];
  for (const pattern of query.patterns) {
    // No glob finds the root of the repository, which may be a chart as well.
    const matches = pattern === '.' ? { paths: ['.'], refused: [] } : await files.match(pattern);
    refused.push(...matches.refused);
    const charts = await Promise.all(
      matches.paths.map(async (path) => ((await isChart(files, path)) ? path.replace(/\/+$/, '') : [])),
    );
    const folders = charts.flat();
    if (folders.length === 0 && matches.refused.length === 0 && query.required)
      refusals.add(nothingFound(pattern, matches.paths));
    for (const folder of folders) found.add(folder);
  }
  const folders: string[] = [];
  const unusable: string[] = [];
  for (const folder of [...found].sort()) {
    const faults = await files.faults(folder);
    refused.push(...faults);
    (faults.length === 0 ? folders : unusable).push(folder);
  }
  // Several patterns may find the same.
  const distinct = [...new Map(refused.map((each) => [each.path, each])).values()];
  if (distinct.length > 0) refusals.add(new PathError('charts', distinct));
  return { folders, unusable };
}

/** Also where its Chart.yaml leads elsewhere, which is what must be told. */
async function isChart(files: Files, folder: string): Promise<boolean> {
  const place = await files.locate(`${folder}/Chart.yaml`);
  return 'problem' in place || place.value.kind === 'file';
}

function nothingFound(pattern: string, paths: readonly string[]): ActionError {
  const seen =
    paths.length === 0 ? 'there is nothing of that name' : `${paths.slice(0, 5).join(', ')} has no Chart.yaml`;
  return new ActionError({
    what: `no chart in ${pattern}`,
    why: `the input charts asks for ${JSON.stringify(pattern)}, but ${seen}`,
    next: isPattern(pattern)
      ? 'Check out the repository in a step before this one, and name the folders that hold a Chart.yaml.'
      : 'Name a folder that holds a Chart.yaml, relative to the root of the repository.',
  });
}
