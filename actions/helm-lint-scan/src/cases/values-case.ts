import type { Chart } from '../charts/chart.ts';
import { type ChartFile, yamlFile } from '../charts/chart-file.ts';
import { type Data, dataAt, isData } from '../data.ts';
import type { Files } from '../inputs/files.ts';

/** A stack of values files over the chart's own. */
export interface ValuesCase {
  /** `defaults`, `ci/ha.yaml`, `values-prod.yaml + secrets.yaml` */
  name: string;
  /** In the repository, lowest first. */
  files: ValuesFile[];
}

export interface ValuesFile extends ChartFile {
  path: string;
}

export const DEFAULTS: ValuesCase = { name: 'defaults', files: [] };

/** @param paths of the values files, lowest first; one in the chart's directory is called by its path there */
export async function readCase(files: Files, directory: string, paths: readonly string[]): Promise<ValuesCase> {
  const shown = (path: string): string => (path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path);
  const stack = await Promise.all(
    paths.map(async (path) => ({ path, ...yamlFile((await files.read(path, 'values')) ?? '') })),
  );
  return stack.length === 0 ? DEFAULTS : { name: stack.map(({ path }) => shown(path)).join(' + '), files: stack };
}

/** Values over values as Helm lays them: mappings are joined, `null` takes a key away, anything else replaces. */
export function mergeValues(below: unknown, above: unknown): unknown {
  if (!isData(below) || !isData(above)) return above ?? below;
  const merged: Data = { ...below };
  for (const [key, value] of Object.entries(above)) {
    if (value === null) delete merged[key];
    else merged[key] = isData(value) ? mergeValues(dataAt(below, key), value) : value;
  }
  return merged;
}

/** All that a case is rendered with: the values of the dependencies below their keys, the chart's own over them, then the case's files. */
export function layeredValues(chart: Chart, { files }: ValuesCase): unknown {
  // The deepest dependencies lie lowest: what stands above may set anything of what is below it.
  const dependencies = chart.subcharts
    .toSorted((one, other) => other.keys.length - one.keys.length)
    .map(({ keys, values }) => keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), values?.value ?? {}));
  const above = [chart.values, ...files].map((file) => file?.value);
  return [...dependencies, ...above].reduce((below, values) => mergeValues(below, values), {});
}

/** The files of a case that could not be read. */
export const unreadableValues = (chart: Chart, { files }: ValuesCase): ChartFile[] =>
  [chart.values, ...chart.subcharts.map(({ values }) => values), ...files].filter(
    (file): file is ChartFile => file?.fault !== undefined,
  );
