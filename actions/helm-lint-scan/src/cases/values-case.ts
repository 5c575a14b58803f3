import { type ChartFile, yamlFile } from '../charts/chart-file.ts';
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
