import { describe, expect, it } from '@jest/globals';
import { readDefinitions } from '../../src/validation/definitions.ts';
import { createSchemaStore } from '../../src/validation/store.ts';
import { createValidators, type Validator, type Verdict } from '../../src/validation/validator.ts';
import { resourcesIn } from '../helpers.ts';

const store = createSchemaStore();

/** A definition with this schema of `spec`. */
const definition = (spec: string): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gizmos.acme.example }
spec:
  group: acme.example
  scope: Namespaced
  names: { kind: Gizmo, plural: gizmos }
  versions:
    - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: ${spec.replaceAll(/\n */g, ' ')} } } } }
    - { name: v1alpha1, served: false, storage: false, schema: { openAPIV3Schema: { type: object } } }
`;

const validators = new Map<string, Promise<Validator>>();

/** One validator for each schema: its rules tell only once that they were not checked. */
function validatorFor(spec: string): Promise<Validator> {
  const known = validators.get(spec) ?? createValidator(spec);
  validators.set(spec, known);
  return known;
}

async function createValidator(spec: string): Promise<Validator> {
  const { custom, problems } = await readDefinitions(resourcesIn(definition(spec)));
  expect(problems.map(({ message }) => message)).toEqual([]);
  const validator = await createValidators(store, custom).for('1.36');
  if (validator === undefined) throw new Error('there are no schemas for 1.36');
  return validator;
}

function judge(validator: Validator, spec: string, { metadata = '{ name: g }', version = 'v1' } = {}): Verdict[] {
  const text = `apiVersion: acme.example/${version}\nkind: Gizmo\nmetadata: ${metadata}\nspec: ${spec}\n`;
  return resourcesIn(text).map((resource) => validator.validate(resource));
}

/** What is said of an object: problems of its schema, and what the server refuses. */
async function check(schema: string, spec: string, metadata?: string): Promise<string[]> {
  const validator = await validatorFor(schema);
  return judge(validator, spec, metadata === undefined ? {} : { metadata }).flatMap((verdict) =>
    verdict.state === 'checked'
      ? [...verdict.problems, ...verdict.refused].map(({ message }) => message)
      : [verdict.state],
  );
}

describe('an object is completed before it is checked', () => {
  const schema = `{ type: object, required: [mode], properties: {
    mode: { type: string, enum: [A, B], default: A },
    size: { type: integer },
    note: { type: string, nullable: true, enum: [x] },
    deep: { type: object, default: {}, required: [set], properties: { set: { type: boolean, default: true } } },
    labels: { type: object, additionalProperties: { type: string } },
    list: { type: array, items: { type: object, required: [name], properties: { name: { type: string, default: x }, size: { type: integer } } } } } }`;

  it.each([
    ['a default counts for what is required', '{}'],
    ['a default replaces a null', '{ mode: null }'],
    ['a null is dropped where it is not allowed', '{ size: null, labels: null }'],
    ['a null is dropped among further keys', '{ labels: { a: null } }'],
    ['a null is kept where it is allowed', '{ note: null }'],
    ['defaults apply in lists', '{ list: [{ size: null }, { name: null }] }'],
    ['defaults apply in defaults', '{ deep: {} }'],
  ])('%s', async (_, spec) => {
    expect(await check(schema, spec)).toEqual([]);
  });

  it('but its own values are checked', async () => {
    expect(await check(schema, '{ mode: C, size: x, list: [null] }')).toEqual([
      'spec.mode must be A or B, but is the string "C"',
      'spec.size must be integer, but is the string "x"',
      'spec.list[0] must be object, but is null',
    ]);
  });

  it('and a null does not count for what is required', async () => {
    const required = '{ type: object, required: [size], properties: { size: { type: integer } } }';
    expect(await check(required, '{ size: null }')).toEqual([
      'spec has no size, which is required: null counts as absent',
    ]);
    expect(await check(required, '{}')).toEqual(['spec has no size, which is required']);
  });

  it('without changing it', async () => {
    const validator = await validatorFor(schema);
    const [resource] = resourcesIn(
      'apiVersion: acme.example/v1\nkind: Gizmo\nmetadata: { name: g }\nspec: { size: null }\n',
    );
    const before = structuredClone(resource?.object);
    if (resource !== undefined) validator.validate(resource);
    expect(resource?.object).toEqual(before);
  });
});

describe('the format of a text', () => {
  it.each([
    [
      'date-time',
      ['2026-01-02T03:04:05Z', '2026-01-02t03:04:05.5+01:00'],
      ['yesterday', '2026-02-30T00:00:00Z', '2026-01-02', '2026-01-02T24:00:00Z'],
    ],
    ['date', ['2026-02-28'], ['2026-02-30', '26-1-1', '']],
    ['duration', ['1h30m', '-1.5s', '0', '2 days', '5 w'], ['soon', '', '1 parsec']],
    ['ipv4', ['1.2.3.4', '01.2.3.4'], ['1.2.3.400', '::1', '']],
    ['ipv6', ['::1', '2001:db8::1'], ['1.2.3.4', '::g', 'fe80::1%eth0']],
    ['cidr', ['10.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33']],
    ['mac', ['00:00:5e:00:53:01', '00-00-5e-00-53-01', '0000.5e00.5301'], ['00:00:5e:00:53', '00:00-5e:00:53:01', 'x']],
    ['email', ['a@b.example', 'A <a@b.example>'], ['a', 'a@', '@b']],
    ['uri', ['https://a.example/b?c', '/path', 'mailto:a@b'], ['a.example', '', 'a b']],
    ['hostname', ['a.example', '1a', 'a-b.example'], ['-a', 'a_b', 'a..b', '']],
    ['uuid', ['9b2c0f2e-3c4d-4e5f-8a6b-7c8d9e0f1a2b', '9B2C0F2E3C4D4E5F8A6B7C8D9E0F1A2B'], ['9b2c0f2e', '']],
    ['byte', ['aGk=', ''], ['aGk', '*']],
    ['hexcolor', ['#fff', 'A0B1C2'], ['#ff', 'red']],
    ['unknown', ['', 'anything'], []],
  ])('%s', async (format, valid, invalid) => {
    const schema = `{ type: object, properties: { text: { type: string, format: ${format} } } }`;
    const validator = await validatorFor(schema);
    const verdicts = (text: string): number =>
      judge(validator, JSON.stringify({ text })).flatMap((verdict) =>
        verdict.state === 'checked' ? verdict.problems : [],
      ).length;
    expect(valid.filter((text) => verdicts(text) > 0)).toEqual([]);
    expect(invalid.filter((text) => verdicts(text) === 0)).toEqual([]);
  });

  it('accepts a list in its place, as the API server does', async () => {
    const schema = '{ type: object, properties: { text: { type: string, format: uri }, plain: { type: string } } }';
    expect(await check(schema, '{ text: [1] }')).toEqual([]);
    expect(await check(schema, '{ plain: [1] }')).toEqual(['spec.plain must be string, but is a list']);
  });

  it('does not limit a number, as in the API server', async () => {
    const schema = '{ type: object, properties: { small: { type: integer, format: int32 } } }';
    expect(await check(schema, '{ small: 3000000000 }')).toEqual([]);
  });
});

describe('lists that are sets or maps', () => {
  const schema = `{ type: object, properties: {
    set: { type: array, x-kubernetes-list-type: set, items: { type: integer } },
    map: { type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [name, port], items: { type: object, required: [name], properties: { name: { type: string }, port: { type: integer, default: 80 }, v: { type: string } } } },
    any: { type: array, items: { type: integer } } } }`;

  it.each([
    ['{ set: [1, 2], any: [1, 1] }', []],
    ['{ set: [1, 2, 1, 1] }', ['spec.set[2]: Duplicate value: 1']],
    ['{ map: [{ name: a }, { name: b }, { name: a, port: 81 }] }', []],
    [
      '{ map: [{ name: a, v: x }, { name: a, port: 80, v: z }] }',
      ['spec.map[1]: Duplicate value: "{\\"name\\":\\"a\\",\\"port\\":80}"'],
    ],
  ])('%s', async (spec, expected) => {
    expect(await check(schema, spec)).toEqual(expected);
  });
});

describe('an object in an object', () => {
  const schema = `{ type: object, properties: { open: { type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true },
    closed: { type: object, x-kubernetes-embedded-resource: true, properties: { spec: { type: object } } } } }`;

  it.each([
    ['{ open: { apiVersion: v1, kind: X, metadata: { name: a }, data: { a: b } } }', []],
    ['{ closed: { apiVersion: apps/v1, kind: X, metadata: { name: a }, spec: {} } }', []],
    ['{ open: { metadata: { name: a } } }', ['spec.open.apiVersion: Required value', 'spec.open.kind: Required value']],
    [
      '{ open: { apiVersion: a/b/c, kind: X } }',
      ['spec.open.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string'],
    ],
    [
      '{ open: { apiVersion: v1, kind: "1x" } }',
      [expect.stringContaining('spec.open.kind: Invalid value: "1x": may have mixed case')],
    ],
    [
      '{ open: { apiVersion: v1, kind: X, metadata: { labels: { a: "b c" } } } }',
      [expect.stringContaining('spec.open.metadata.labels.a: Invalid value: "b c"')],
    ],
    ['{ closed: { apiVersion: v1, kind: X, extra: 1 } }', ['spec.closed.extra is not a known key']],
  ])('%s', async (spec, expected) => {
    expect(await check(schema, spec)).toEqual(expected);
  });
});

describe('its own metadata', () => {
  it.each([
    ['{ name: g, lables: {} }', ['metadata.lables is not a known key; did you mean labels?']],
    ['{ name: g, labels: { a: 1 } }', ['metadata.labels.a must be string, but is 1']],
    [
      '{ name: Not_A_Name }',
      [expect.stringContaining('metadata.name: Invalid value: "Not_A_Name": a lowercase RFC 1123 subdomain')],
    ],
    ['{ name: g.h, labels: { a: null }, annotations: null }', []],
  ])('%s', async (metadata, expected) => {
    expect(await check('{ type: object }', '{}', metadata)).toEqual(expected);
  });
});

describe('rules in CEL', () => {
  const object = (properties: string, ...rules: string[]): string =>
    `{ type: object, properties: { ${properties} }, x-kubernetes-validations: [${rules.join(', ')}] }`;
  const size = 'size: { type: integer, default: 3 }';

  it.each([
    ['the message of the rule', `{ rule: self.size < 2, message: " too large " }`, 'spec: Invalid value: too large'],
    ['the rule without a message', '{ rule: self.size < 2 }', 'spec: Invalid value: failed rule: self.size < 2'],
    [
      'the message of an expression',
      `{ rule: self.size < 2, messageExpression: "string(self.size) + ' is too large'" }`,
      'spec: Invalid value: 3 is too large',
    ],
    [
      'another message when the expression fails',
      '{ rule: self.size < 2, message: large, messageExpression: self.missing }',
      'spec: Invalid value: large',
    ],
    [
      'a field',
      '{ rule: self.size < 2, fieldPath: .size, reason: FieldValueForbidden, message: large }',
      'spec.size: Forbidden: large',
    ],
    [
      'a required field',
      `{ rule: has(self.mode), fieldPath: ".mode", reason: FieldValueRequired, message: set it }`,
      'spec.mode: Required value: set it',
    ],
    [
      'an error of the evaluation',
      '{ rule: self.mode == "a" }',
      'spec: Invalid value: no such key: mode evaluating rule: self.mode == "a"',
    ],
  ])('report %s', async (_, rule, message) => {
    expect(await check(object(`${size}, mode: { type: string }`, rule), '{}')).toEqual([message]);
  });

  it('see values by the types of the schema', async () => {
    const properties = `r: { type: number }, i: { type: integer }, q: { x-kubernetes-int-or-string: true }, d: { type: string, format: duration },
      t: { type: string, format: date-time }, b: { type: string, format: byte }, m: { type: object, additionalProperties: { type: integer } },
      namespace: { type: string }, a-b.c__d: { type: string }, s: { type: array, x-kubernetes-list-type: set, items: { type: string } },
      e: { type: object, x-kubernetes-embedded-resource: true, x-kubernetes-preserve-unknown-fields: true }`;
    const rules = [
      'self.r / 2.0 == 0.5',
      'self.i / 2 == 0 && self.m.all(k, self.m[k] > 0)',
      'type(self.q) == int',
      "self.d == duration('60m')",
      "self.t > timestamp('2025-01-01T00:00:00Z')",
      "self.b == b'hi'",
      "self.__namespace__ == 'x' && self.a__dash__b__dot__c__underscores__d == 'w'",
      "self.s.exists(x, x == 'a')",
      "self.e.metadata.name == 'z' && self.e.kind == 'X'",
    ];
    const spec = `{ r: 1, i: 1, q: 1, d: 1h, t: "2026-01-01T00:00:00Z", b: aGk=, m: { a: 1 }, namespace: x, a-b.c__d: w, s: [a], e: { apiVersion: v1, kind: X, metadata: { name: z } } }`;
    expect(await check(object(properties, ...rules.map((rule) => `{ rule: ${JSON.stringify(rule)} }`)), spec)).toEqual(
      [],
    );
  });

  it('are checked at every place, but not for a null', async () => {
    const item = `{ type: object, properties: { a: { type: string, nullable: true, x-kubernetes-validations: [{ rule: self == 'x', message: bad }] } } }`;
    const properties = `list: { type: array, items: ${item} }, map: { type: object, additionalProperties: ${item} }, all: { type: string, allOf: [{ x-kubernetes-validations: [{ rule: self == 'x', message: bad }] }] }`;
    expect(
      await check(object(properties), '{ list: [{ a: x }, { a: z }, { a: null }], map: { k: { a: z } }, all: z }'),
    ).toEqual([
      'spec.list[1].a: Invalid value: bad',
      'spec.map.k.a: Invalid value: bad',
      'spec.all: Invalid value: bad',
    ]);
  });

  it('about a change are not checked, unless they say so', async () => {
    const schema = object(
      size,
      '{ rule: self.size == oldSelf.size }',
      '{ rule: oldSelf.hasValue(), optionalOldSelf: true, message: new }',
    );
    expect(await check(schema, '{}')).toEqual(['spec: Invalid value: new']);
  });

  it('are not checked when the object is invalid anyway', async () => {
    expect(await check(object(size, '{ rule: self.size < 2 }'), '{ size: x }')).toHaveLength(1);
  });

  it('that are not supported are told once, and do not hide others', async () => {
    const validator = await validatorFor(
      object(size, '{ rule: unknown(self.size) }', '{ rule: self.size < 2, message: large }'),
    );
    const [first, second] = [...judge(validator, '{}'), ...judge(validator, '{}')];
    expect(first).toMatchObject({
      refused: [{ message: 'spec: Invalid value: large' }],
      uncheckedRules: [{ rule: 'unknown(self.size)', why: expect.stringContaining('unknown') }],
    });
    expect(second).toMatchObject({ refused: [{ message: 'spec: Invalid value: large' }], uncheckedRules: [] });
  });

  it('give up when they take too long', async () => {
    const rule = '{ rule: "self.list.all(a, self.list.all(b, self.list.all(c, a + b + c >= 0)))" }';
    const schema = object('list: { type: array, items: { type: integer } }', rule);
    const validator = await validatorFor(schema);
    const spec = JSON.stringify({ list: Array.from({ length: 500 }, (_, index) => index) });
    expect(judge(validator, spec)).toMatchObject([
      { problems: [], refused: [], uncheckedRules: [{ why: 'its evaluation takes too long' }] },
    ]);
  });
});

it('a version that the definition does not serve is named with those it serves', async () => {
  const validator = await validatorFor('{ type: object }');
  const verdicts = ['v1alpha1', 'v2'].flatMap((version) => judge(validator, '{}', { version }));
  expect(verdicts).toEqual(Array.from({ length: 2 }, () => ({ state: 'unserved', served: ['acme.example/v1'] })));
});
