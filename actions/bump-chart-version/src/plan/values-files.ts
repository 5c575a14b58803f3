import { inChart } from '../charts/chart.ts';
import type { Request } from '../inputs/settings.ts';

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

/**
 * The values of the charts, when images are promoted or rolled back: the file of an environment can have only the tag of an image, and Helm merges it over
 * these. They are read for the images' names, and only changed where they are values files of the request too.
 */
export const basePaths = ({
  charts,
  images,
  from,
  rollbackTo,
}: Pick<Request, 'charts' | 'images' | 'from' | 'rollbackTo'>): string[] =>
  from.length > 0 || rollbackTo !== undefined || images.some(({ source }) => source !== undefined)
    ? charts.map((chart) => inChart(chart, 'values.yaml'))
    : [];

/** The paths at the root that are not used, because a chart has the file: what is there does not matter. */
export function unusedPaths(request: Request, exists: (path: string) => boolean): Set<string> {
  const { charts, values, valuesFiles } = request;
  const used = new Set([
    ...valuesPaths(request, exists),
    ...values.flatMap(({ file }) => (file === undefined ? [] : [file, ...charts.map((chart) => inChart(chart, file))])),
  ]);
  return new Set(valuesFiles.filter((file) => !used.has(file)));
}
