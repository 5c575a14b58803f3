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

/** @param paths of the values files, lowest first; the name of the case has the path in the chart's directory, where possible */
export async function readCase(files: Files, directory: string, paths: readonly string[]): Promise<ValuesCase> {
  const displayPath = (path: string): string =>
    path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : path;
  const stack = await Promise.all(
    paths.map(async (path) => ({ path, ...yamlFile((await files.read(path, 'values')) ?? '') })),
  );
  return stack.length === 0 ? DEFAULTS : { name: stack.map(({ path }) => displayPath(path)).join(' + '), files: stack };
}

/** Merge values as Helm does: mappings are merged, `null` deletes a key, anything else replaces. */
export function mergeValues(base: unknown, override: unknown): unknown {
  if (!isData(base) || !isData(override)) return override ?? base;
  const merged: Data = { ...base };
  for (const [key, value] of Object.entries(override)) {
    if (value === null) delete merged[key];
    else merged[key] = isData(value) ? mergeValues(dataAt(base, key), value) : value;
  }
  return merged;
}

/** All values of a case: those of the dependencies under their keys, overridden by the chart's own, then by the files of the case. */
export function layeredValues(chart: Chart, { files }: ValuesCase): unknown {
  // The deepest dependencies come first: a chart can override any value of its dependencies.
  const dependencies = chart.subcharts
    .toSorted((a, b) => b.keys.length - a.keys.length)
    .map(({ keys, values }) => keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), values?.value ?? {}));
  const overrides = [chart.values, ...files].map((file) => file?.value);
  return [...dependencies, ...overrides].reduce((base, values) => mergeValues(base, values), {});
}

/** The values files of a case that cannot be parsed. */
export const unreadableValues = (chart: Chart, { files }: ValuesCase): ChartFile[] =>
  [chart.values, ...chart.subcharts.map(({ values }) => values), ...files].filter(
    (file): file is ChartFile => file?.problem !== undefined,
  );
