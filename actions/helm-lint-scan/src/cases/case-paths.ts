import { join, matchesGlob } from 'node:path/posix';
import { ActionError, type InvalidPath, PathError } from '../../../lib/errors.ts';
import { parseRepositoryGlob } from '../../../lib/files/globs.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import type { ChartDirectories } from '../charts/chart-directories.ts';
import { ErrorCollector } from '../error-collector.ts';
import { escapeGlob, type Files, isPattern } from '../inputs/files.ts';

/** One line of the input `values`: `chart-glob: a.yaml + b.yaml`. */
export interface ValuesDeclaration {
  charts: string;
  /** Paths or globs, in the chart's directory or otherwise in the repository; empty for the defaults alone. */
  files: string[];
  line: string;
}

export const VALUES_EXAMPLE = 'helm/shop: values-prod.yaml + ci/ha.yaml';

/** Read one line of the input `values`. */
export function parseValuesLine(line: string): Parsed<ValuesDeclaration> {
  const colon = line.indexOf(':');
  if (colon <= 0) return { problem: 'has no chart before the files (chart: a.yaml + b.yaml)' };
  const charts = parseRepositoryGlob(line.slice(0, colon).trim());
  if ('problem' in charts) return { problem: `names a chart that ${charts.problem}` };
  const files: string[] = [];
  const stack = line.slice(colon + 1).trim();
  for (const part of stack === '' ? [] : stack.split('+')) {
    const file = parseRepositoryGlob(part.trim());
    if ('problem' in file) return { problem: `names a file that ${file.problem}` };
    if (file.value === '.') return { problem: 'has an empty name between two +' };
    files.push(file.value);
  }
  return { value: { charts: charts.value, files, line } };
}

/** The values files of each case of a chart, lowest first; empty for the defaults. */
export type CasePaths = string[][];

/** The usual names of values files in charts; `ci/` is a convention of chart-testing. */
const USUAL_NAMES = ['ci/*.{yaml,yml}', 'values-*.{yaml,yml}'];

/**
 * The cases of each chart directory: the declared ones, or the defaults and every values file with a usual name.
 * @throws {ActionError} when declarations match no chart, or name files that do not exist or that lead elsewhere
 */
export async function planCases(
  files: Files,
  { directories, unsafe }: Pick<ChartDirectories, 'directories' | 'unsafe'>,
  declarations: readonly ValuesDeclaration[],
): Promise<Map<string, CasePaths>> {
  const plan = new Map<string, CasePaths>();
  const problems = declarations
    .filter((declaration) => ![...directories, ...unsafe].some((directory) => matches(declaration, directory)))
    .map(({ line, charts }) => `${line}: this step has no chart ${charts}`);
  const invalid: InvalidPath[] = [];
  for (const directory of directories) {
    const declared = declarations.filter((declaration) => matches(declaration, directory));
    const found =
      declared.length > 0 ? await declaredCases(files, directory, declared) : await usualCases(files, directory);
    problems.push(...found.problems);
    invalid.push(...found.invalid);
    plan.set(directory, distinct(found.cases));
  }
  const errors = new ErrorCollector();
  if (problems.length > 0)
    errors.add([
      new ActionError({
        what: 'the input values does not match the charts',
        why: problems.join('\n'),
        next: `Name charts of this step, and files in their directories or in the repository; for example: ${VALUES_EXAMPLE}`,
      }),
    ]);
  if (invalid.length > 0) errors.add([new PathError('values', invalid)]);
  errors.throwIfAny();
  return plan;
}

const matches = ({ charts }: ValuesDeclaration, directory: string): boolean =>
  directory === charts || matchesGlob(directory, charts);

/** Two lines can name the same case. */
const distinct = (cases: CasePaths): CasePaths => [
  ...new Map(cases.map((paths) => [paths.join('\n'), paths])).values(),
];

interface FoundCases {
  cases: CasePaths;
  /** Declarations that name files that do not exist. */
  problems: string[];
  /** Paths that lead elsewhere. */
  invalid: InvalidPath[];
}

async function usualCases(files: Files, directory: string): Promise<FoundCases> {
  const found = await Promise.all(USUAL_NAMES.map((pattern) => files.match(join(escapeGlob(directory), pattern))));
  return {
    cases: [[], ...found.flatMap(({ paths }) => paths.map((path) => [path]))],
    problems: [],
    invalid: found.flatMap((match) => match.invalid),
  };
}

/** A glob in a stack makes a case for each file that it matches. */
async function declaredCases(
  files: Files,
  directory: string,
  declarations: readonly ValuesDeclaration[],
): Promise<FoundCases> {
  const found: FoundCases = { cases: [], problems: [], invalid: [] };
  for (const declaration of declarations) {
    let stacks: CasePaths = [[]];
    for (const name of declaration.files) {
      const { paths, invalid } = await findValuesFiles(files, directory, name);
      if (paths.length === 0)
        found.problems.push(`${declaration.line}: ${name} does not exist in ${directory} or in the repository`);
      found.invalid.push(...invalid);
      stacks = stacks.flatMap((stack) => paths.map((path) => [...stack, path]));
    }
    for (const stack of stacks) found.cases.push(stack);
  }
  return found;
}

/** @returns in `paths` also those that lead elsewhere: they exist */
async function findValuesFiles(
  files: Files,
  directory: string,
  name: string,
): Promise<{ paths: string[]; invalid: InvalidPath[] }> {
  for (const parent of [directory, '']) {
    const found = isPattern(name)
      ? await files.match(join(escapeGlob(parent), name))
      : await matchName(files, join(parent, name));
    const paths = [...found.paths, ...found.invalid.map(({ path }) => path)];
    if (paths.length > 0) return { paths, invalid: found.invalid };
  }
  return { paths: [], invalid: [] };
}

async function matchName(files: Files, path: string): Promise<{ paths: string[]; invalid: InvalidPath[] }> {
  const place = await files.locate(path);
  if ('problem' in place) return { paths: [], invalid: [{ path, problem: place.problem }] };
  return { paths: place.value.kind === 'file' ? [path] : [], invalid: [] };
}
