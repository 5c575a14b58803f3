import { ActionError } from '../../lib/errors.ts';
import { type Files, isPattern } from './files.ts';
import type { Refusals } from './refusals.ts';

/** A glob of chart folders, and whether the user gave it: the default may find nothing where only manifests are checked. */
export interface ChartQuery {
  patterns: readonly string[];
  required: boolean;
}

/**
 * The folders that the patterns name and that hold a chart, sorted. Nothing heavy is loaded for this: a wrong folder is answered at once.
 * @param refusals gets every pattern that finds none, and every file of a chart that leads out of the workspace
 */
export async function findChartFolders(files: Files, query: ChartQuery, refusals: Refusals): Promise<string[]> {
  const folders = new Set<string>();
  for (const pattern of query.patterns) {
    // No glob finds the root of the repository, which may be a chart as well.
    const { paths, outside } = pattern === '.' ? { paths: ['.'], outside: [] } : await files.match(pattern);
    if (outside.length > 0) refusals.add(leavesWorkspace(outside));
    const charts = await Promise.all(
      paths.map(async (path) => ((await isChart(files, path)) ? path.replace(/\/+$/, '') : [])),
    );
    const found = charts.flat();
    if (found.length === 0 && outside.length === 0 && query.required) refusals.add(nothingFound(pattern, paths));
    for (const folder of found) folders.add(folder);
  }
  const escapes = (await Promise.all([...folders].map((folder) => files.escapes(folder)))).flat();
  if (escapes.length > 0) refusals.add(leavesWorkspace(escapes));
  return [...folders].sort();
}

const isChart = async (files: Files, folder: string): Promise<boolean> =>
  (await files.read(`${folder}/Chart.yaml`)) !== undefined;

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

function leavesWorkspace(paths: readonly string[]): ActionError {
  return new ActionError({
    what: 'a path leads out of the workspace',
    why: `${paths.join(', ')} is a link to a place outside the checkout`,
    next: 'Keep charts and their files inside the repository; a link could show files of the runner.',
  });
}
