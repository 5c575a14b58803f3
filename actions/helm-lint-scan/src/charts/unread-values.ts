import { at, type Data, dataAt, isData, listAt, type Path, stringAt } from '../data.ts';
import type { Chart } from './chart.ts';
import { findReadValues, mentionedValues, type ReadValues } from './read-values.ts';
import { findSimilar } from './subchart-values.ts';

/** The texts of templates, by path in the repository. */
type Templates = ReadonlyMap<string, string>;

/**
 * The values that the templates of a chart may read, or that Helm reads; `undefined` when that cannot be determined.
 * @param given the values of the chart and of the values files, whose strings may be templates
 */
export function readValuesOf(chart: Chart, templates: Templates, given: readonly unknown[]): ReadValues | undefined {
  if (chart.unreadDependencies.length > 0 || chart.meta.problem !== undefined) return undefined;
  // The templates of a library are called with the values of other charts, and charts of version 1 have their dependencies elsewhere.
  if (chart.type === 'library' || at(chart.meta.value, 'apiVersion') === 'v1') return undefined;
  const texts = [...templates.values()];
  if (readsFiles(texts) || callsUnknown(chart, texts)) return undefined;
  const dependencies = chart.subcharts.map(({ values }) => values?.value);
  // A comment may show what templates in values can use: `sidecars: "{{ .Values.sidecarTag }}"`.
  const mentioned = mentionedValues(chart.values?.text ?? '');
  const templated = [...stringsIn([given, dependencies])].filter((text) => text.includes('{{'));
  const read = findReadValues([...texts, ...templated], [...pathsOfHelm(chart), ...mentioned]);
  return read.whole ? undefined : read;
}

/** Whether other files of the chart may be templates. */
const readsFiles = (texts: readonly string[]): boolean =>
  texts.some((text) => text.includes('.Files')) && texts.some((text) => /\btpl\b/.test(text));

/** Whether a template of the chart may include one whose text is not known: those of packed dependencies are not read. */
function callsUnknown(chart: Chart, texts: readonly string[]): boolean {
  const readable = new Set(chart.subcharts.filter(({ directory }) => directory !== undefined).map(({ name }) => name));
  const names = [
    ...listAt(chart.meta.value, 'dependencies').map((dependency) => stringAt(dependency, 'name') ?? ''),
    ...chart.subcharts.map(({ name }) => name),
  ];
  if (names.every((name) => readable.has(name))) return false;
  const defined = new Set(
    texts.flatMap((text) => [...text.matchAll(/\{\{-?\s*(?:define|block)\s+"([^"]+)"/g)].map(([, name]) => name)),
  );
  const isKnown = ([call, name]: RegExpExecArray): boolean =>
    name === undefined ? call.endsWith('BasePath') : defined.has(name);
  return texts.some((text) => [...text.matchAll(INCLUDE)].some((match) => !isKnown(match)));
}

/** `include "name"`, or `include (print $.Template.BasePath "/config.yaml")`, which is a template of the chart itself, or another call. */
const INCLUDE = /\b(?:include|template)\s+(?:"([^"]+)"|\(\s*print\s+\$?\.Template\.BasePath|\S)/g;

/** The strings among values. Aliases can repeat a value many times. */
function stringsIn(values: unknown): Set<string> {
  const strings = new Set<string>();
  const seen = new Set<object>();
  const waiting = [values];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value === 'string') strings.add(value);
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const nested of Object.values(value)) waiting.push(nested);
  }
  return strings;
}

/** The values that Helm itself reads, or passes to dependencies. */
function pathsOfHelm({ meta, subcharts }: Chart): Path[] {
  const dependencies = listAt(meta.value, 'dependencies');
  const names = dependencies.flatMap((dependency) => [stringAt(dependency, 'name'), stringAt(dependency, 'alias')]);
  const conditions = dependencies.flatMap((dependency) => (stringAt(dependency, 'condition') ?? '').split(','));
  return [
    ['global'],
    // The usual name of the condition on which a parent uses the chart.
    ['enabled'],
    // What a parent imports: https://helm.sh/docs/topics/charts/#importing-child-values-via-dependencies
    ['exports'],
    ...(dependencies.length > 0 ? [['tags']] : []),
    ...names.flatMap((name) => (name === undefined ? [] : [[name]])),
    ...subcharts.flatMap(({ keys: [key] }) => (key === undefined ? [] : [[key]])),
    ...conditions.map((condition) => condition.trim().split('.')).filter(([first]) => first !== ''),
  ];
}

/** The maximum number of steps to a value. */
const MAX_DEPTH = 50;

/** Keys that hold what other parts of a YAML file refer to, by convention. */
const isPrivate = (key: string): boolean => /^(?:x-|[_.])/.test(key);

/** The paths of the values that nothing reads, without those below them. */
export function findUnread(values: unknown, read: ReadValues, path: Path = []): Path[] {
  if (!isData(values) || path.length > MAX_DEPTH) return [];
  return Object.entries(values).flatMap(([key, value]): Path[] => {
    const known = read.below.get(key);
    const keyPath = [...path, key];
    if (known === undefined) return isPrivate(key) ? [] : [keyPath];
    return known.whole ? [] : findUnread(value, known, keyPath);
  });
}

/** The key that an unread one was probably meant to be: one that the chart has or a template reads, and that `values` does not set. */
export function meantKey(
  chart: Chart,
  path: Path,
  { values, read }: { values: unknown; read: ReadValues },
): string | undefined {
  const parent = path.slice(0, -1);
  const set: Data = dataAt(values, ...parent);
  const reader = parent.reduce<ReadValues | undefined>((here, step) => here?.below.get(String(step)), read);
  const known = new Set([...Object.keys(dataAt(chart.values?.value, ...parent)), ...(reader?.below.keys() ?? [])]);
  return findSimilar(
    String(path.at(-1)),
    [...known].filter((key) => !Object.hasOwn(set, key)),
  )[0];
}

/** Whether the chart's values have the path. */
export function declares({ values }: Chart, path: Path): boolean {
  const parent: Data = dataAt(values?.value, ...path.slice(0, -1));
  return Object.hasOwn(parent, path.at(-1) ?? '') || at(values?.value, ...path) !== undefined;
}
