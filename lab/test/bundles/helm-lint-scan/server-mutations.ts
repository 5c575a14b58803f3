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
  'a'.repeat(16),
  'a'.repeat(64),
  'a'.repeat(254),
];
const NUMBERS = [-1, 0, 1, 7, 64, 101, 3601, 65_535, 65_536, 2 ** 31 - 1];

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
    { weight: 1, arbitrary: fc.constant(repeat) },
    { weight: 1, arbitrary: fc.constant(set(null)) },
    ...(isFree ? [{ weight: 4, arbitrary: fc.constantFrom(...TEXTS.slice(1)).map(rename) }] : []),
  );
}

function sameType(value: unknown): fc.Arbitrary<Mutation> {
  if (typeof value === 'string') {
    const misspelled = [value.toLowerCase(), `${value}s`, value.slice(0, -1), value.toUpperCase()];
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

/** A valid object of any kind with one or two mutations. */
export const mutatedObjects: fc.Arbitrary<Data> = fc
  .constantFrom(...validObjects)
  .chain((object) =>
    fc.oneof({ weight: 3, arbitrary: mutate(object) }, { weight: 1, arbitrary: mutate(object).chain(mutate) }),
  );
