import { join, matchesGlob } from 'node:path/posix';
import { ActionError, type InvalidPath, PathError } from '../../../lib/errors.ts';
import { parseRepositoryGlob } from '../../../lib/globs.ts';
import type { Parsed } from '../../../lib/inputs.ts';
import type { ChartDirectories } from '../charts/chart-directories.ts';
import { Refusals } from '../error-collector.ts';
import { escapeGlob, type Files, isPattern } from '../inputs/files.ts';

/** One line of the input `values`: `chart-glob: a.yaml + b.yaml`. */
export interface ValuesDeclaration {
  charts: string;
  /** Paths or globs, in the chart's directory or else in the repository; none for the defaults alone. */
  files: string[];
  line: string;
}

export const VALUES_EXAMPLE = 'helm/shop: values-prod.yaml + ci/ha.yaml';

/** Read one line of the input `values`. */
export function parseValuesLine(line: string): Parsed<ValuesDeclaration> {
  const colon = line.indexOf(':');
  if (colon <= 0) return { problem: 'has no chart before its files (chart: a.yaml + b.yaml)' };
  const charts = parseRepositoryGlob(line.slice(0, colon).trim());
  if ('problem' in charts) return { problem: `names a chart that ${charts.problem}` };
  const files: string[] = [];
  const stack = line.slice(colon + 1).trim();
  for (const part of stack === '' ? [] : stack.split('+')) {
    const file = parseRepositoryGlob(part.trim());
    if ('problem' in file) return { problem: `names a file that ${file.problem}` };
    if (file.value === '.') return { problem: 'has nothing between two +' };
    files.push(file.value);
  }
  return { value: { charts: charts.value, files, line } };
}

/** The values files of each case of a chart, lowest first; none for the defaults. */
export type CasePaths = string[][];

/** The names that charts keep their cases under; `ci/` is chart-testing's. */
const DISCOVERED = ['ci/*.{yaml,yml}', 'values-*.{yaml,yml}'];

/**
 * The cases of each chart directory: those declared for it, or else the defaults and every values file that is found.
 * @throws {ActionError} when declarations fit no chart, or name files that are not there or lead elsewhere
 */
export async function planCases(
  files: Files,
  { directories, unusable }: ChartDirectories,
  declarations: readonly ValuesDeclaration[],
): Promise<Map<string, CasePaths>> {
  const plan = new Map<string, CasePaths>();
  const faults = declarations
    .filter((each) => ![...directories, ...unusable].some((directory) => fits(each, directory)))
    .map((each) => `${each.line}: no chart of this run is ${each.charts}`);
  const refused: InvalidPath[] = [];
  for (const directory of directories) {
    const own = declarations.filter((each) => fits(each, directory));
    const cases =
      own.length > 0
        ? await declared({ files, directory, refused }, own, faults)
        : await discovered({ files, directory, refused });
    plan.set(directory, distinct(cases));
  }
  const refusals = new Refusals();
  if (faults.length > 0)
    refusals.add(
      new ActionError({
        what: 'the input values does not fit the charts',
        why: faults.join('\n'),
        next: `Name charts of this run and files in their directories or in the repository; for example: ${VALUES_EXAMPLE}`,
      }),
    );
  if (refused.length > 0) refusals.add(new PathError('values', refused));
  refusals.finish();
  return plan;
}

const fits = ({ charts }: ValuesDeclaration, directory: string): boolean =>
  directory === charts || matchesGlob(directory, charts);

/** Two lines may name the same case. */
const distinct = (cases: CasePaths): CasePaths => [...new Map(cases.map((each) => [each.join('\n'), each])).values()];

/** Where values files are looked for; what leads elsewhere is added to `refused`. */
interface Search {
  files: Files;
  directory: string;
  refused: InvalidPath[];
}

async function discovered({ files, directory, refused }: Search): Promise<CasePaths> {
  const found = await Promise.all(DISCOVERED.map((pattern) => files.match(join(escapeGlob(directory), pattern))));
  refused.push(...found.flatMap((match) => match.refused));
  return [[], ...found.flatMap(({ paths }) => paths.map((path) => [path]))];
}

/** A glob in a stack makes a case for each file that it finds. */
async function declared(
  search: Search,
  declarations: readonly ValuesDeclaration[],
  faults: string[],
): Promise<CasePaths> {
  const all: CasePaths = [];
  for (const declaration of declarations) {
    let stacks: CasePaths = [[]];
    for (const name of declaration.files) {
      const paths = await valuesPaths(search, name);
      if (paths.length === 0)
        faults.push(`${declaration.line}: there is no ${name} in ${search.directory} or in the repository`);
      stacks = stacks.flatMap((stack) => paths.map((path) => [...stack, path]));
    }
    for (const stack of stacks) all.push(stack);
  }
  return all;
}

/** Where the file of a declaration is; one that leads elsewhere is there. */
async function valuesPaths({ files, directory, refused }: Search, name: string): Promise<string[]> {
  for (const above of [directory, '']) {
    const found = isPattern(name)
      ? await files.match(join(escapeGlob(above), name))
      : await matchName(files, join(above, name));
    refused.push(...found.refused);
    const paths = [...found.paths, ...found.refused.map(({ path }) => path)];
    if (paths.length > 0) return paths;
  }
  return [];
}

async function matchName(files: Files, path: string): Promise<{ paths: string[]; refused: InvalidPath[] }> {
  const place = await files.locate(path);
  if ('problem' in place) return { paths: [], refused: [{ path, problem: place.problem }] };
  return { paths: place.value.kind === 'file' ? [path] : [], refused: [] };
}
