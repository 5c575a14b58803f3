import { posix } from 'node:path';
import { ActionError } from '../../../lib/errors.ts';
import { inChart } from '../charts/chart.ts';
import { allowsNoChart } from '../charts/chart-directory.ts';
import type { Request } from '../inputs/settings.ts';

/** What globs are part of. */
type Globs = Pick<Request, 'charts' | 'valuesFiles' | 'version' | 'appVersion'>;

const isGlob = (path: string): boolean => /[*?[{]|[@!+]\(/.test(path);

/** Whether the files of a repository must be listed to know which ones a request names. */
export const hasGlobs = ({ charts, valuesFiles }: Pick<Globs, 'charts' | 'valuesFiles'>): boolean =>
  [...charts, ...valuesFiles].some(isGlob);

/** Whether a glob of values files is also searched from the root: `values-*.yaml` is meant for charts only. */
const isForRoot = (glob: string): boolean => isGlob(glob) && glob.includes('/');

/** The directories that contain everything that the globs can match. */
export function globRoots({ charts, valuesFiles }: Pick<Globs, 'charts' | 'valuesFiles'>): string[] {
  const roots = [...charts, ...valuesFiles.filter(isForRoot)].map((path) => {
    const segments = path.split('/');
    const fixed = segments.slice(0, Math.max(0, segments.findIndex(isGlob)));
    return isGlob(path) ? fixed.join('/') || '.' : path;
  });
  return [...new Set(roots)];
}

/**
 * The request with the directories and files that its globs match, sorted, in the places of the globs.
 * @param paths the files of the repository
 * @throws {ActionError} for a glob that matches nothing
 */
export function expandGlobs<T extends Globs>(request: T, paths: readonly string[]): T {
  const problems: string[] = [];
  const directories = Map.groupBy(paths, posix.dirname);
  const expand = (glob: string, match: (glob: string) => string[], problem: string): string[] => {
    const matches = match(glob).sort();
    if (matches.length === 0) problems.push(`${glob} ${problem}`);
    return matches;
  };
  const charts = request.charts.flatMap((glob) =>
    isLiteral(glob, directories)
      ? [glob]
      : expand(
          glob,
          (pattern) => matchCharts(pattern, request, directories),
          `matches no directory that has a Chart.yaml${allowsNoChart(request) ? ' or one of the values files' : ''}${describeCharts(directories)}`,
        ),
  );
  const valuesFiles = request.valuesFiles.flatMap((glob) =>
    isGlob(glob) && !charts.some((chart) => isFile(inChart(chart, glob), directories))
      ? expand(
          glob,
          (pattern) => matchFiles(pattern, charts, directories),
          `matches no file of the charts${isForRoot(glob) ? ', and none from the root' : ''}`,
        )
      : [glob],
  );
  if (problems.length > 0) {
    throw new ActionError({
      what: 'chart files not found',
      why: problems.join('\n'),
      next: 'Correct the inputs charts and values-files. Nothing was changed.',
    });
  }
  return { ...request, charts: [...new Set(charts)], valuesFiles: [...new Set(valuesFiles)] };
}

/** The files in each directory, by their paths. */
type Directories = ReadonlyMap<string, readonly string[]>;

const isFile = (path: string, directories: Directories): boolean =>
  directories.get(posix.dirname(path))?.includes(path) === true;

const isChart = (directory: string, directories: Directories): boolean =>
  isFile(inChart(directory, 'Chart.yaml'), directories);

/** A name can contain characters with a meaning in a glob. */
const isLiteral = (chart: string, directories: Directories): boolean => !isGlob(chart) || isChart(chart, directories);

/** The directories that a glob matches: charts, or, where they need not be charts, those that have a values file. */
function matchCharts(glob: string, request: Globs, directories: Directories): string[] {
  const matches = [...directories.keys()].filter((directory) => posix.matchesGlob(directory, glob));
  const charts = matches.filter((directory) => isChart(directory, directories));
  if (charts.length > 0 || !allowsNoChart(request)) return charts;
  const found = request.valuesFiles.flatMap((file) => findFiles(new Set(matches), file, directories));
  return [...new Set(found.map(({ root }) => root))];
}

/** The files that a glob matches in any of the charts, relative to their charts; otherwise those from the root. */
function matchFiles(glob: string, charts: readonly string[], directories: Directories): string[] {
  const inCharts = findFiles(new Set(charts), glob, directories);
  const found = inCharts.length > 0 || !isForRoot(glob) ? inCharts : findFiles(new Set(['.']), glob, directories);
  return [...new Set(found.map(({ name }) => name))];
}

/** A file below a directory. */
interface FoundFile {
  root: string;
  /** Relative to the directory. */
  name: string;
}

/** The files below some directories that a glob, or a name, matches. */
function findFiles(roots: ReadonlySet<string>, glob: string, directories: Directories): FoundFile[] {
  const found: FoundFile[] = [];
  for (const [directory, paths] of directories) {
    for (let root = directory; ; root = posix.dirname(root)) {
      const names = roots.has(root) ? paths.map((path) => posix.relative(root, path)) : [];
      for (const name of names) if (name === glob || posix.matchesGlob(name, glob)) found.push({ root, name });
      if (root === '.') break;
    }
  }
  return found;
}

const MAX_LISTED_CHARTS = 20;

function describeCharts(directories: Directories): string {
  const charts = [...directories.keys()].filter((directory) => isChart(directory, directories));
  return charts.length === 0 ? '' : `; charts are in ${charts.sort().slice(0, MAX_LISTED_CHARTS).join(', ')}`;
}
