import { inChart } from '../charts/chart.ts';
import { type Contents, isSameFile, type ProposedFile } from './differences.ts';
import { rebaseChartVersion } from './rebase-chart-version.ts';
import { rebaseValues } from './rebase-values.ts';

/** The files of a proposal: in the commit that it began at, in its head, and in the newest base. */
export interface ProposedFiles {
  before: Contents;
  after: Contents;
  base: Contents;
}

/**
 * The files of the newest base with what the branch proposes. A value that the base has changed in the meantime stays as it is there, unless the
 * proposed one is a newer version. A version that the base has reached in the meantime is bumped again by the same level.
 * @returns `undefined` when a value cannot be placed with certainty, for example because the items of a list have moved
 */
export function rebaseFiles(files: ProposedFiles): Contents | undefined {
  const { before, after, base } = files;
  const rebased = new Map(base);
  const charts: ProposedFile[] = [];
  for (const [path, now] of after) {
    const [old, current] = [before.get(path), base.get(path)];
    if (isSameFile(old, now)) continue;
    if (isSameFile(current, old)) {
      rebased.set(path, now);
      continue;
    }
    if (old === undefined || current === undefined) {
      if (isSameFile(current, now)) continue;
      return undefined;
    }
    const file = { path, old, now, base: current };
    if (isChartFile(path)) charts.push(file);
    const values = rebaseValues(file);
    if (values === undefined) return undefined;
    rebased.set(path, values);
  }
  for (const file of charts) {
    const isOtherwiseChanged = [...rebased].some(
      ([path, bytes]) => isInDirectoryOf(file.path, path) && !isSameFile(bytes, base.get(path)),
    );
    const chart = rebaseChartVersion({ ...file, base: rebased.get(file.path) ?? file.base }, isOtherwiseChanged);
    if (chart === undefined) return undefined;
    rebased.set(file.path, chart);
  }
  return rebased;
}

const isChartFile = (path: string): boolean => path === 'Chart.yaml' || path.endsWith('/Chart.yaml');

/** Whether a file is in the directory of a Chart.yaml. */
function isInDirectoryOf(chartFile: string, path: string): boolean {
  const directory = chartFile === 'Chart.yaml' ? '.' : chartFile.slice(0, -'/Chart.yaml'.length);
  return directory === '.' || path.startsWith(inChart(directory, ''));
}

/** Whether the base has changed a file that the branch changes too: then both may have changed the same lines. */
export const isTouchedByBase = ({ before, after, base }: ProposedFiles): boolean =>
  [...after].some(([path, now]) => !isSameFile(before.get(path), now) && !isSameFile(before.get(path), base.get(path)));
