import { editDistance } from '../../../lib/similar-names.ts';
import { at, type Data, dataAt, formatPath, isData, listAt, type Path, stringAt } from '../data.ts';
import type { Chart } from './chart.ts';
import type { Subchart } from './subcharts.ts';

/** A value that a values file sets for a dependency, and that no dependency has. */
export interface StrayValue {
  path: Path;
  message: string;
}

/** The texts of templates, by path in the repository. */
type Templates = ReadonlyMap<string, string>;

/** Keys that Helm itself reads, or that the parent's Chart.yaml may name as a condition. */
const RESERVED = new Set(['global', 'tags', 'enabled']);

/**
 * The values that are probably meant for a dependency but do not reach it: under a misspelled name of the dependency, or under a misspelled
 * key of its values. Values that only have no default are common, so a key is reported only when it is close to one that exists.
 */
export function findStrayValues(chart: Chart, values: unknown, templates: Templates): StrayValue[] {
  const direct = chart.subcharts.filter(({ keys }) => keys.length === 1);
  const own = [...templates].filter(([file]) => !direct.some((subchart) => isIn(file, subchart)));
  return [
    ...findStrayNames(chart, direct, values).filter(({ path }) => !mentions(own, String(path[0]))),
    ...direct.flatMap((subchart) => findStrayKeys(chart, subchart, { values, templates })),
  ];
}

const isIn = (file: string, { directory }: Subchart): boolean =>
  directory !== undefined && file.startsWith(`${directory}/`);

/** Whether a template has the word. */
const mentions = (templates: readonly (readonly [string, string])[], word: string): boolean =>
  templates.some(([, text]) => text.includes(word));

function findStrayNames(chart: Chart, direct: readonly Subchart[], values: unknown): StrayValue[] {
  const names = direct.map(({ keys }) => String(keys[0]));
  const dependencies = listAt(chart.meta.value, 'dependencies');
  return Object.entries(dataAt(values)).flatMap(([key, value]): StrayValue[] => {
    if (!isData(value) || names.includes(key) || RESERVED.has(key)) return [];
    const aliases = dependencies.flatMap((dependency) =>
      stringAt(dependency, 'name') === key ? (stringAt(dependency, 'alias') ?? []) : [],
    );
    const [meant] = aliases.length > 0 ? aliases : findSimilar(key, names);
    return meant === undefined
      ? []
      : [{ path: [key], message: `${key} is not the name of a dependency; did you mean ${meant}?` }];
  });
}

function findStrayKeys(
  chart: Chart,
  subchart: Subchart,
  { values, templates }: { values: unknown; templates: Templates },
): StrayValue[] {
  const [name = ''] = subchart.keys;
  const own = [...templates].filter(([file]) => isIn(file, subchart));
  const nested = new Set(
    chart.subcharts.flatMap(({ keys }) => (keys.length === 2 && keys[0] === name ? (keys[1] ?? []) : [])),
  );
  const compare = (given: Data, declared: Data, path: Path): StrayValue[] =>
    Object.entries(given).flatMap(([key, value]): StrayValue[] => {
      const keyPath = [...path, key];
      const isForOther = path.length === 1 && (RESERVED.has(key) || nested.has(key));
      if (isForOther) return [];
      const known = at(declared, key);
      if (known !== undefined || Object.hasOwn(declared, key))
        return isData(value) && isData(known) && path.length < MAX_DEPTH ? compare(value, known, keyPath) : [];
      const unset = Object.keys(declared).filter((candidate) => !Object.hasOwn(given, candidate));
      const [meant] = findSimilar(key, unset);
      if (meant === undefined || mentions(own, key)) return [];
      const text = `${formatPath(keyPath)} is not a value of the dependency ${name}; did you mean ${meant}?`;
      return [{ path: keyPath, message: text }];
    });
  return compare(dataAt(values, name), dataAt(subchart.values?.value), [name]);
}

/** The maximum number of steps to a value. */
const MAX_DEPTH = 20;
/** Longer and more names are not compared: the time grows with the product of their lengths. */
const MAX_LENGTH = 50;
const MAX_NAMES = 500;

/** The names that differ in one or two letters. Names that differ in digits alone are different on purpose. */
export function findSimilar(name: string, known: readonly string[]): string[] {
  const maxDistance = name.length > 5 ? 2 : 1;
  const withoutDigits = name.replaceAll(/\d/g, '');
  return known
    .slice(0, MAX_NAMES)
    .filter(
      (candidate) =>
        Math.max(name.length, candidate.length) <= MAX_LENGTH &&
        Math.abs(candidate.length - name.length) <= maxDistance &&
        candidate.replaceAll(/\d/g, '') !== withoutDigits &&
        editDistance(name, candidate) <= maxDistance,
    )
    .sort((a, b) => editDistance(name, a) - editDistance(name, b));
}
