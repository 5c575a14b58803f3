import * as fc from 'fast-check';
import { validObjects } from './server-objects.ts';

type Data = Record<string, unknown>;
type Path = (string | number)[];

const TEXTS = [
  '',
  'Other',
  'lower',
  'UPPER',
  'under_score',
  'two words',
  '-dash',
  'dot.ted',
  'a/b',
  'a/b/c',
  '/absolute',
  '../up',
  '1.2.3+build.5',
  '8080',
  '50%',
  '150%',
  '100m',
  '1Gi',
  '-1Gi',
  '0',
  'https://a.example.com',
  'a.example.com:8080',
  '*',
  '*.example.com',
  '10.0.0.0',
  '10.0.0.0/8',
  'None',
  'Never',
  'Always',
  ' padded ',
  'line\nbreak',
  'tab\t',
  'ärger',
  '名前',
  '🚀',
  'a..b',
  'a--b',
  'a.',
  '@daily',
  '*/5 * * * *',
  '$(NAME)',
  '%',
  'true',
  '1e3',
  '0.5',
  '1.5Gi',
  '64MB',
  'localhost',
  '127.0.0.1',
  '::1',
  'fd00::/64',
  'example.com/a',
  'kubernetes.io/a',
  ...[1, 15, 16, 52, 53, 63, 64, 253, 254, 1025].map((length) => 'a'.repeat(length)),
];
/** On both sides of what some field accepts. */
const NUMBERS = [
  ...[-2147483649, -2147483648, -1, 0, 1, 2, 3, 7, 10, 15, 20, 21, 30, 31, 32, 64, 99, 100, 101, 255, 256, 511, 512],
  ...[599, 600, 601, 1000, 1800, 1801, 3600, 3601, 10_000, 10_001, 65_534, 65_535, 65_536, 86_400, 86_401, 100_001],
  ...[1_000_000_000, 1_000_000_001, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 0.5, 1.5],
];

/** Every place in an object apart from its kind and API version. */
function places(value: unknown, path: Path = []): Path[] {
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((item, index) => [index, item])
    : typeof value === 'object' && value !== null
      ? Object.entries(value).filter(([key]) => path.length > 0 || !['apiVersion', 'kind'].includes(key))
      : [];
  return entries.flatMap(([key, nested]) => [[...path, key], ...places(nested, [...path, key])]);
}

type Mutation = (parent: Data | unknown[], key: string | number) => void;

const set =
  (value: unknown): Mutation =>
  (parent, key) => {
    parent[key as never] = value as never;
  };
const remove: Mutation = (parent, key) =>
  Array.isArray(parent) ? void parent.splice(Number(key), 1) : void delete parent[key];
const repeat: Mutation = (parent, key) => {
  const value = parent[key as never];
  if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(value));
  else if (Array.isArray(value)) (value as unknown[]).push(...structuredClone(value as unknown[]));
};
/** A key of labels, data or resources. */
const rename =
  (name: string): Mutation =>
  (parent, key) => {
    if (Array.isArray(parent)) return;
    const value = parent[key];
    delete parent[key];
    parent[name] = value;
  };

/** An item again, with another name. */
const repeatRenamed: Mutation = (parent, key) => {
  const value: unknown = parent[key as never];
  const items = Array.isArray(value) ? (value as unknown[]) : Array.isArray(parent) ? parent : [];
  const item = items.at(-1);
  items.push(typeof item === 'object' && item !== null ? { ...structuredClone(item), name: 'another' } : item);
};

/** A field one level further inside, as after a wrong indentation. */
const moveInside: Mutation = (parent, key) => {
  if (Array.isArray(parent)) return;
  const target = Object.entries(parent).find(
    ([other, value]) => other !== key && typeof value === 'object' && value !== null && !Array.isArray(value),
  )?.[1] as Data | undefined;
  if (target === undefined) return;
  target[String(key)] = parent[key];
  delete parent[key];
};

/** A value in a list of its own, a list as its first item, a number as text and the reverse. */
const changeType: Mutation = (parent, key) => {
  const value: unknown = parent[key as never];
  const changed = Array.isArray(value)
    ? value[0]
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : typeof value === 'string' && /^\d+$/.test(value)
        ? Number(value)
        : [value];
  parent[key as never] = changed as never;
};

/** Mappings whose keys the author of an object chooses. */
const FREE_KEYS = [
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'selector',
  'data',
  'stringData',
  'requests',
  'limits',
  'hard',
];

function mutationsOf(value: unknown, path: Path): fc.Arbitrary<Mutation> {
  const isFree = FREE_KEYS.includes(String(path.at(-2)));
  return fc.oneof(
    { weight: 6, arbitrary: sameType(value) },
    { weight: 2, arbitrary: fc.constant(remove) },
    { weight: 1, arbitrary: fc.constantFrom(repeat, repeatRenamed) },
    { weight: 1, arbitrary: fc.constantFrom(moveInside, changeType) },
    { weight: 1, arbitrary: fc.constant(set(null)) },
    ...(isFree ? [{ weight: 4, arbitrary: fc.constantFrom(...TEXTS.slice(1)).map(rename) }] : []),
  );
}

function sameType(value: unknown): fc.Arbitrary<Mutation> {
  if (typeof value === 'string') {
    const swapped = `${value.charAt(0) === value.charAt(0).toLowerCase() ? value.charAt(0).toUpperCase() : value.charAt(0).toLowerCase()}${value.slice(1)}`;
    const misspelled = [value.toLowerCase(), `${value}s`, value.slice(0, -1), value.toUpperCase(), swapped];
    return fc.constantFrom(...TEXTS, ...misspelled).map(set);
  }
  if (typeof value === 'number') return fc.constantFrom(...NUMBERS).map(set);
  if (typeof value === 'boolean') return fc.constant(set(!value));
  return fc.constant(set(Array.isArray(value) ? [] : {}));
}

const valueAt = (object: Data, path: Path): unknown =>
  path.reduce<unknown>((here, key) => (here as Data | undefined)?.[key], object);

function change(object: Data, path: Path, mutation: Mutation): Data {
  const copy = structuredClone(object);
  mutation(valueAt(copy, path.slice(0, -1)) as Data, path.at(-1) ?? '');
  return copy;
}

/** Two fields change places or become the same: names, ports, paths and limits that no longer fit together. */
const pair = (object: Data): fc.Arbitrary<Data> => {
  const isSimple = (path: Path): boolean => ['string', 'number'].includes(typeof valueAt(object, path));
  const simple = places(object).filter(isSimple);
  if (simple.length < 2) return fc.constant(object);
  return fc.tuple(fc.constantFrom(...simple), fc.constantFrom(...simple), fc.boolean()).map(([one, other, swaps]) => {
    const first = change(object, one, set(valueAt(object, other)));
    return swaps ? change(first, other, set(valueAt(object, one))) : first;
  });
};

const mutate = (object: Data): fc.Arbitrary<Data> => {
  // An earlier mutation may have left nothing.
  const whole = { metadata: {}, ...object };
  return fc
    .constantFrom(...places(whole))
    .chain((path) => mutationsOf(valueAt(whole, path), path).map((mutation) => change(whole, path, mutation)));
};

/** Each valid object without one of its fields, and with one that is empty or 0. */
export const reducedObjects: Data[] = validObjects.flatMap((object) =>
  places(object).flatMap((path) => {
    const value = valueAt(object, path);
    const empty = typeof value === 'string' ? '' : typeof value === 'number' ? 0 : Array.isArray(value) ? [] : {};
    return [change(object, path, remove), ...(typeof value === 'boolean' ? [] : [change(object, path, set(empty))])];
  }),
);

/** A valid object of any kind with one or two mutations, or with two fields that no longer fit together. */
export const mutatedObjects: fc.Arbitrary<Data> = fc
  .constantFrom(...validObjects)
  .chain((object) =>
    fc.oneof(
      { weight: 5, arbitrary: mutate(object) },
      { weight: 2, arbitrary: mutate(object).chain(mutate) },
      { weight: 1, arbitrary: pair(object) },
    ),
  );
