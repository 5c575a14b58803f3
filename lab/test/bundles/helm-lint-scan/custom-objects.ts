import * as fc from 'fast-check';
import { GROUP, type Kind, type Schema } from './custom-definitions.ts';

type Data = Record<string, unknown>;

/** Values for texts of all formats, valid and not. */
const TEXTS = [
  'a',
  'b',
  'ab',
  'abc',
  '',
  'A',
  'a b',
  'x-y',
  'name',
  'a.b',
  '1',
  '50%',
  '-1',
  'aaaaaa',
  '2026-01-02T03:04:05Z',
  '2026-07-01T00:00:00.5+02:00',
  '2026-02-30T00:00:00Z',
  '2026-01-02 03:04:05Z',
  '2026-01-02',
  '2026-13-01',
  '1h',
  '90s',
  '1.5h',
  '2 days',
  'P1D',
  '500ms',
  '10.0.0.1',
  '127.0.0.1',
  '10.0.0.256',
  '::1',
  'fe80::1',
  '1.2.3',
  '10.0.0.0/8',
  '10.0.0.0/40',
  'a@b.example',
  'a@',
  'https://a.example/b',
  'http://a',
  '/path',
  'mailto:a@b.example',
  '-a.example',
  'a_b.example',
  '9b2c0f2e-3c4d-4e5f-8a6b-7c8d9e0f1a2b',
  '9b2c0f2e',
  '00:00:5e:00:53:01',
  '00:00:5e',
  'aGk=',
  'a*',
  '#fff',
  '#ffff',
  '1Gi',
  '3Gi',
  '500m',
  '1x',
  '1.2.3',
  '2.0.0-rc.1',
];
const NUMBERS = [0, 1, 2, 3, 4, 5, 10, -1, 80, 1.5, 3_000_000_000, -2_147_483_649];

const anyText = fc.constantFrom(...TEXTS);
const anyNumber = fc.constantFrom(...NUMBERS);
const smallInt = fc.integer({ min: 0, max: 5 });

/** Texts that fit a field of a format more often than not. */
const HINTS: Readonly<Record<string, RegExp>> = {
  datetime: /^2026.*T/,
  date: /^2026/,
  duration: /^[0-9.]+ ?[a-z]+$|^P/,
  ipv4: /^[0-9.]+$/,
  ipv6: /:/,
  cidr: /\//,
  email: /@/,
  uri: /[/:]/,
  hostname: /^[-a-z_.]+$/,
  uuid: /^9b/,
  uuid4: /^9b/,
  mac: /^00/,
  byte: /[=*]/,
  hexcolor: /^#/,
  quantity: /^[0-9.]+[A-Za-z]*$/,
  version: /^[0-9.]+/,
};

function textFor(name: string, schema: Schema): fc.Arbitrary<unknown> {
  if (Array.isArray(schema.enum))
    return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...(schema.enum as unknown[])) }, anyText);
  const fitting = TEXTS.filter((text) => HINTS[name]?.test(text));
  const short = fc.constantFrom('a', 'b', 'ab', 'abc');
  return fitting.length === 0
    ? fc.oneof({ weight: 12, arbitrary: short }, anyText)
    : fc.oneof({ weight: 15, arbitrary: fc.constantFrom(...fitting) }, anyText);
}

const TEMPLATE = fc.record(
  {
    apiVersion: fc.constantFrom('v1', 'apps/v1', 'batch/v1', 'a/b/c'),
    kind: fc.constantFrom('Pod', 'Deployment', 'Job', 'Node', '1x'),
    metadata: fc.record(
      {
        name: fc.constantFrom('a', 'b', 'c', 'd', 'a/b'),
        labels: fc.dictionary(anyLabelKey(), fc.constantFrom('a', 'b', '', '1.2', 'a b'), { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    ),
    spec: fc.record({ size: smallInt }),
  },
  { requiredKeys: ['apiVersion', 'kind'] },
);

function anyLabelKey(): fc.Arbitrary<string> {
  return fc.constantFrom('a', 'b', 'ab', 'abc', 'a.b/c');
}

/** A value that fits a schema, more or less. */
function valueFor(name: string, schema: Schema): fc.Arbitrary<unknown> {
  if (schema['x-kubernetes-embedded-resource'] === true) return TEMPLATE;
  if (schema['x-kubernetes-int-or-string'] === true) return fc.oneof(smallInt, fc.constantFrom('50%', 'a', '1'));
  switch (schema.type) {
    case 'string':
      return textFor(name, schema);
    case 'integer':
      return fc.oneof({ weight: 12, arbitrary: smallInt }, anyNumber);
    case 'number':
      return anyNumber;
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(valueFor(name, schema.items as Schema), { maxLength: 3 });
    case 'object':
      return objectFor(schema);
    default:
      return fc.constantFrom(1, 'a', { a: [1] }, [true]);
  }
}

function objectFor(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.additionalProperties !== undefined)
    return fc.dictionary(anyLabelKey(), valueFor('', schema.additionalProperties as Schema), { maxKeys: 3 });
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  const entries = properties.map(([name, own]) => {
    const isRequired = ((schema.required ?? []) as string[]).includes(name);
    // About two fields, so that often none is invalid.
    const share = isRequired ? 0.95 : Math.min(0.5, 2 / properties.length);
    const present = fc.nat({ max: 99 }).map((number) => number < share * 100);
    return fc.tuple(present, valueFor(name, own)).map(([isPresent, value]) => (isPresent ? [[name, value]] : []));
  });
  return fc.tuple(...entries).map((all) => Object.fromEntries(all.flat()) as Data);
}

type Mutate = (value: unknown, chance: number) => unknown;

const MUTATIONS: readonly Mutate[] = [
  () => null,
  (value) => (typeof value === 'string' ? 1 : 'a'),
  (value) => (Array.isArray(value) ? {} : [value]),
  (value) => (Array.isArray(value) && value.length > 0 ? [...value, value[0]] : value),
  (value) => (isData(value) ? { ...value, unknown: 1 } : value),
  (value, chance) => (isData(value) ? without(value, chance) : value),
  (value) => (typeof value === 'number' ? -value - 0.5 : value),
];

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);

function without(value: Data, chance: number): Data {
  const { [Object.keys(value)[chance % Math.max(1, Object.keys(value).length)] ?? '']: _, ...rest } = value;
  return rest;
}

/** Changes one part of a value, which the numbers choose. */
function mutate(value: unknown, [step, ...steps]: readonly number[], change: Mutate): unknown {
  if (step === undefined) return change(value, 0);
  const keys: (string | number)[] = Array.isArray(value) ? [...value.keys()] : isData(value) ? Object.keys(value) : [];
  const key = keys[step % (keys.length + 1)];
  if (key === undefined) return change(value, step);
  if (Array.isArray(value)) return value.map((item, index) => (index === key ? mutate(item, steps, change) : item));
  return { ...(value as Data), [key]: mutate((value as Data)[key], steps, change) };
}

const METADATA = fc.oneof(
  { weight: 20, arbitrary: fc.constant({ name: 'x' }) },
  fc.constantFrom<Data>(
    { name: 'Not_A_Name' },
    { name: 'x', lables: {} },
    { name: 'x', labels: { a: 'b c' } },
    { name: 'x', labels: { a: 1 } },
    { name: 'x', annotations: { a: null }, labels: null },
    { name: 'x.y', labels: { 'a/b': '' }, annotations: { a: 'any thing' } },
  ),
);

/** Objects of a kind: as its schema has them, and with one or two mutations. */
export function objectsOf({ kind, spec }: Kind): fc.Arbitrary<Data> {
  const mutation = fc.tuple(
    fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(...MUTATIONS),
  );
  const mutations = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.array(mutation, { minLength: 1, maxLength: 2 }),
  );
  return fc.tuple(valueFor('', spec), mutations, METADATA).map(([value, changes, metadata]) => ({
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata,
    spec: changes.reduce<unknown>((changed, [steps, change]) => mutate(changed, steps, change), value),
  }));
}
