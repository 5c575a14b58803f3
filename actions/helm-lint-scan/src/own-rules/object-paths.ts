import { at, type Data, isData, type Path } from '../data.ts';

/** A path in which `*` stands for all items of a list, or all values of a mapping. */
export type PathPattern = readonly (string | number | typeof EVERY)[];

export const EVERY = Symbol('every');

const STEP = /(?:^|\.)([A-Za-z0-9_-]+)|\[(\d+)\]|\[(\*)\]|\["([^"\\]+)"\]|\['([^'\\]+)'\]/y;

/** Read `spec.containers[*].image` or `metadata.annotations["example.com/team"]`; `undefined` if it is not a path. */
export function parsePathPattern(text: string): PathPattern | undefined {
  const steps: (string | number | typeof EVERY)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) return undefined;
    const [, key, index, every, quoted, single] = match;
    if (every !== undefined) steps.push(EVERY);
    else steps.push(index === undefined ? ((key ?? quoted ?? single) as string) : Number(index));
  }
  return steps.length > 0 ? steps : undefined;
}

/** A value in an object; `undefined` where the object does not have it. */
export interface FoundValue {
  path: Path;
  value: unknown;
}

/** The values at a path. A key that is missing is a value too, but not the items of a list that is missing. */
export function findValues(object: unknown, pattern: PathPattern): FoundValue[] {
  const [step, ...rest] = pattern;
  if (step === undefined) return [{ path: [], value: object }];
  const below = (key: string | number, value: unknown): FoundValue[] =>
    findValues(value, rest).map((found) => ({ ...found, path: [key, ...found.path] }));
  if (step !== EVERY) return below(step, at(object, step));
  if (Array.isArray(object)) return object.flatMap((item, index) => below(index, item));
  return isData(object) ? Object.entries(object).flatMap(([key, value]) => below(key, value)) : [];
}

/** The path as far as it exists, and the first key that does not. */
export function withoutMissingParents(object: Data, path: Path): { path: Path; about: 'value' | 'absent' } {
  const missing = path.findIndex((_, index) => at(object, ...path.slice(0, index + 1)) === undefined);
  return missing < 0 ? { path, about: 'value' } : { path: path.slice(0, missing + 1), about: 'absent' };
}

/** `object.spec.replicas`, `self.?labels["team"]`; the name of a method at the end belongs to the parenthesis after it. */
const SELECTION = /(?<![\w.])([a-z]+)((?:\.\??[A-Za-z_]\w*|\[\??"[^"\\]*"\]|\[\??'[^'\\]*'\])+)(\()?/g;
const SELECTED = /\.\??([A-Za-z_]\w*)|\[\??["']([^"']*)["']\]/g;

/**
 * The deepest path that an expression reads; empty if it reads none.
 * @param roots the paths of the variables that are in the resource
 */
export function pathInExpression(text: string, roots: ReadonlyMap<string, Path>): Path {
  const paths = [...text.matchAll(SELECTION)].flatMap(([, variable = '', chain = '', call]) => {
    const root = roots.get(variable);
    const steps = [...chain.matchAll(SELECTED)].map(([, name, quoted]) => name ?? quoted ?? '');
    return root === undefined ? [] : [[...root, ...(call === undefined ? steps : steps.slice(0, -1))]];
  });
  return paths.reduce<Path>((deepest, path) => (path.length > deepest.length ? path : deepest), []);
}
