import { join, matchesGlob } from 'node:path/posix';
import { ActionError } from '../../lib/errors.ts';
import type { Chart } from './charts.ts';
import { type Files, isPattern } from './files.ts';
import { escapeGlob } from './subcharts.ts';
import { VALUES_EXAMPLE, type ValuesDeclaration } from './values-lines.ts';
import { type ChartFile, yamlFile } from './yaml-file.ts';

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

/** The names that charts keep their cases under; `ci/` is chart-testing's. */
const DISCOVERED = ['ci/*.{yaml,yml}', 'values-*.{yaml,yml}'];
export const DEFAULTS: ValuesCase = { name: 'defaults', files: [] };

/**
 * The cases of each chart: those declared for it, or else the defaults and every values file that is found.
 * @throws {ActionError} when a declaration fits no chart or names a file that is not there
 */
export async function planValues(
  files: Files,
  charts: readonly Chart[],
  declarations: readonly ValuesDeclaration[],
): Promise<Map<Chart, ValuesCase[]>> {
  const plan = new Map<Chart, ValuesCase[]>();
  const faults = declarations
    .filter((each) => !charts.some((chart) => fits(each, chart)))
    .map((each) => `${each.line}: no chart of this run is ${each.charts}`);
  for (const chart of charts) {
    const own = declarations.filter((each) => fits(each, chart));
    const stacks = own.length > 0 ? await declared(files, chart, own, faults) : await discovered(files, chart);
    plan.set(chart, await Promise.all(stacks.map((stack) => readCase(files, chart, stack))));
  }
  if (faults.length > 0)
    throw new ActionError({
      what: 'the input values does not fit the charts',
      why: faults.join('\n'),
      next: `Name charts of this run and files in their folders or in the repository; for example: ${VALUES_EXAMPLE}`,
    });
  return plan;
}

const fits = ({ charts }: ValuesDeclaration, { path }: Chart): boolean => path === charts || matchesGlob(path, charts);

async function discovered(files: Files, chart: Chart): Promise<string[][]> {
  const found = await Promise.all(DISCOVERED.map((pattern) => files.match(join(escapeGlob(chart.path), pattern))));
  return [[], ...found.flatMap(({ paths }) => paths.map((path) => [path]))];
}

/** A glob in a stack makes a case for each file that it finds. */
async function declared(
  files: Files,
  chart: Chart,
  declarations: readonly ValuesDeclaration[],
  faults: string[],
): Promise<string[][]> {
  const all: string[][] = [];
  for (const declaration of declarations) {
    let stacks: string[][] = [[]];
    for (const name of declaration.files) {
      const paths = await valuesPaths(files, chart, name);
      if (paths.length === 0)
        faults.push(`${declaration.line}: there is no ${name} in ${chart.path} or in the repository`);
      stacks = stacks.flatMap((stack) => paths.map((path) => [...stack, path]));
    }
    all.push(...stacks);
  }
  return all;
}

async function valuesPaths(files: Files, chart: Chart, name: string): Promise<string[]> {
  for (const candidate of [join(chart.path, name), name]) {
    if (!isPattern(candidate) && (await files.read(candidate)) !== undefined) return [candidate];
    const { paths } = isPattern(candidate) ? await files.match(candidate) : { paths: [] };
    if (paths.length > 0) return paths;
  }
  return [];
}

async function readCase(files: Files, chart: Chart, paths: readonly string[]): Promise<ValuesCase> {
  const shown = (path: string): string =>
    path.startsWith(`${chart.path}/`) ? path.slice(chart.path.length + 1) : path;
  const stack = await Promise.all(
    paths.map(async (path) => {
      const text = (await files.read(path)) ?? '';
      return { path, ...yamlFile(text) };
    }),
  );
  return stack.length === 0 ? DEFAULTS : { name: stack.map(({ path }) => shown(path)).join(' + '), files: stack };
}
