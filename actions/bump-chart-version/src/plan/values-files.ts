import type { Request } from '../inputs/settings.ts';
import { inChart } from './chart.ts';

/** Where a values file is searched. */
export interface ValuesFilePaths {
  /** As given. */
  file: string;
  /** In each chart directory. */
  inCharts: string[];
}

export const valuesFilePaths = ({ charts, valuesFiles }: Pick<Request, 'charts' | 'valuesFiles'>): ValuesFilePaths[] =>
  valuesFiles.map((file) => ({ file, inCharts: charts.map((chart) => inChart(chart, file)) }));

/**
 * The values files to use: those in the chart directories, or, where no chart has the file, the one at this path from the repository's root.
 * A file at the root that is not meant must not be changed because a chart has one of the same name.
 */
export function valuesPaths(request: Request, exists: (path: string) => boolean): string[] {
  return [
    ...new Set(
      valuesFilePaths(request).flatMap(({ file, inCharts }) => {
        const found = inCharts.filter(exists);
        return found.length > 0 ? found : [file];
      }),
    ),
  ];
}

/** The paths at the root that are not used, because a chart has the file: what is there does not matter. */
export function unusedPaths(request: Request, exists: (path: string) => boolean): Set<string> {
  const { charts, values, valuesFiles } = request;
  const used = new Set([
    ...valuesPaths(request, exists),
    ...values.flatMap(({ file }) => (file === undefined ? [] : [file, ...charts.map((chart) => inChart(chart, file))])),
  ]);
  return new Set(valuesFiles.filter((file) => !used.has(file)));
}
