import { join, matchesGlob } from 'node:path/posix';
import { ActionError } from '../../lib/errors.ts';
import { escapeGlob, type Files, isPattern } from './files.ts';
import { VALUES_EXAMPLE, type ValuesDeclaration } from './values-lines.ts';

/** The values files of each case of a chart, lowest first; none for the defaults. */
export type CasePaths = string[][];

/** The names that charts keep their cases under; `ci/` is chart-testing's. */
const DISCOVERED = ['ci/*.{yaml,yml}', 'values-*.{yaml,yml}'];

/**
 * The cases of each chart folder: those declared for it, or else the defaults and every values file that is found.
 * @throws {ActionError} when declarations fit no chart or name files that are not there
 */
export async function planCases(
  files: Files,
  folders: readonly string[],
  declarations: readonly ValuesDeclaration[],
): Promise<Map<string, CasePaths>> {
  const plan = new Map<string, CasePaths>();
  const faults = declarations
    .filter((each) => !folders.some((folder) => fits(each, folder)))
    .map((each) => `${each.line}: no chart of this run is ${each.charts}`);
  for (const folder of folders) {
    const own = declarations.filter((each) => fits(each, folder));
    const cases = own.length > 0 ? await declared(files, folder, own, faults) : await discovered(files, folder);
    plan.set(folder, distinct(cases));
  }
  if (faults.length > 0)
    throw new ActionError({
      what: 'the input values does not fit the charts',
      why: faults.join('\n'),
      next: `Name charts of this run and files in their folders or in the repository; for example: ${VALUES_EXAMPLE}`,
    });
  return plan;
}

const fits = ({ charts }: ValuesDeclaration, folder: string): boolean =>
  folder === charts || matchesGlob(folder, charts);

/** Two lines may name the same case. */
const distinct = (cases: CasePaths): CasePaths => [...new Map(cases.map((each) => [each.join('\n'), each])).values()];

async function discovered(files: Files, folder: string): Promise<CasePaths> {
  const found = await Promise.all(DISCOVERED.map((pattern) => files.match(join(escapeGlob(folder), pattern))));
  return [[], ...found.flatMap(({ paths }) => paths.map((path) => [path]))];
}

/** A glob in a stack makes a case for each file that it finds. */
async function declared(
  files: Files,
  folder: string,
  declarations: readonly ValuesDeclaration[],
  faults: string[],
): Promise<CasePaths> {
  const all: CasePaths = [];
  for (const declaration of declarations) {
    let stacks: CasePaths = [[]];
    for (const name of declaration.files) {
      const paths = await valuesPaths(files, folder, name);
      if (paths.length === 0) faults.push(`${declaration.line}: there is no ${name} in ${folder} or in the repository`);
      stacks = stacks.flatMap((stack) => paths.map((path) => [...stack, path]));
    }
    all.push(...stacks);
  }
  return all;
}

async function valuesPaths(files: Files, folder: string, name: string): Promise<string[]> {
  for (const candidate of [join(folder, name), name]) {
    if (!isPattern(candidate) && (await files.read(candidate)) !== undefined) return [candidate];
    const { paths } = isPattern(candidate) ? await files.match(candidate) : { paths: [] };
    if (paths.length > 0) return paths;
  }
  return [];
}
