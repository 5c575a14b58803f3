import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDefinitions } from '../../src/validation/definitions.ts';
import { createSchemaStore } from '../../src/validation/store.ts';
import { createValidators } from '../../src/validation/validator.ts';
import { resourcesIn } from '../helpers.ts';

/** A definition of a kind with this schema of `spec`. */
const crd = (schema: string, kind = 'Thing'): string => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${kind.toLowerCase()}s.acme.example }
spec:
  group: acme.example
  scope: Namespaced
  names: { kind: ${kind}, plural: ${kind.toLowerCase()}s }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object, properties: { spec: ${schema} } } } }]
`;
const object = (spec: string, kind = 'Thing'): string =>
  `apiVersion: acme.example/v1\nkind: ${kind}\nmetadata: { name: t }\nspec: ${spec}\n`;

const store = createSchemaStore();

async function validate(definitions: string, objects: string): Promise<string[]> {
  const { custom } = await readDefinitions(resourcesIn(definitions));
  const validator = await createValidators(store, custom).for('1.36');
  return resourcesIn(objects).flatMap((resource) => {
    const verdict = validator?.validate(resource);
    return verdict?.state === 'checked' ? verdict.problems.map(({ message }) => message) : [String(verdict?.state)];
  });
}

const schemaProblems = async (...definitions: string[]): Promise<string[]> =>
  (await readDefinitions(resourcesIn(definitions.join('---\n')))).problems.map(({ message }) => message);

const SPEC_SCHEMA = 'spec.versions[0].schema.openAPIV3Schema.properties.spec';

describe('an invalid schema of a CustomResourceDefinition is reported with its location', () => {
  it.each([
    ['minLength: "abc"', 'minLength must be a whole number'],
    ['minLength: -1', 'minLength must not be negative'],
    ['maxItems: 1.5', 'maxItems must be a whole number'],
    ['enum: x', 'enum must be a list'],
    ['enum: []', 'enum must not be empty'],
    ['required: 5', 'required must be a list of strings'],
    ['required: [1]', 'required must be a list of strings'],
    ['required: [a, a]', 'required must not contain a key twice'],
    ['multipleOf: 0', 'multipleOf must be greater than 0'],
    ['minimum: "1"', 'minimum must be a number'],
    ['exclusiveMinimum: true', 'exclusiveMinimum requires minimum'],
    ['exclusiveMaximum: 5', 'exclusiveMaximum must be true or false'],
    ['uniqueItems: 1', 'uniqueItems must be true or false'],
    ['uniqueItems: true', 'uniqueItems must not be true: Kubernetes forbids it because it is slow for long lists'],
    ['type: foo', 'type must be one of array, boolean, integer, number, object, string'],
    ['type: [string]', 'type must be one of array, boolean, integer, number, object, string'],
    ['oneOf: []', 'oneOf must not be empty'],
    ['anyOf: [x]', 'anyOf must be a list of mappings'],
    ['not: x', 'not must be a mapping'],
    ['items: [{ type: string }]', 'items must be a mapping'],
    ['properties: []', 'properties must be a mapping'],
    ['properties: { a: string }', 'properties must contain only mappings'],
    ['additionalProperties: x', 'additionalProperties must be a mapping or a boolean'],
    ['nullable: "yes"', 'nullable must be true or false'],
    ['pattern: 5', 'pattern must be a string'],
    ['pattern: "["', 'pattern is rejected by Kubernetes: missing closing ]: `[`'],
    ['pattern: "(?=x)"', 'pattern is rejected by Kubernetes: invalid or unsupported Perl syntax: `(?=`'],
    ['pattern: "(a{1000}){1000}"', 'pattern is rejected by Kubernetes: invalid repeat count: `{1000}`'],
    ['$ref: "#/definitions/x"', '$ref is not supported by Kubernetes'],
    ['definitions: {}', 'definitions is not supported by Kubernetes'],
    ['x-kubernetes-int-or-string: 1', 'x-kubernetes-int-or-string must be true or false'],
    ['x-kubernetes-list-type: x', 'x-kubernetes-list-type must be one of atomic, set, map'],
    ['x-kubernetes-validations: [x]', 'x-kubernetes-validations must be a list of mappings'],
  ])('%s', async (keyword, message) => {
    const [key = ''] = keyword.split(':');
    const definition = crd(`{ type: object, ${keyword} }`).replace('type: object, type:', 'type:');
    const at = /^[A-Za-z]+$/.test(key) ? `.${key}` : key.startsWith('x-') ? `.${key}` : `["${key}"]`;
    expect(await schemaProblems(definition)).toEqual([`its schema is invalid: ${message} (${SPEC_SCHEMA}${at})`]);
    expect(await validate(definition, object('{ a: x }'))).toEqual(['unchecked']);
  });

  it('at any depth, under every keyword that contains schemas', async () => {
    for (const around of ['items: X', 'not: X', 'additionalProperties: X', 'allOf: [{}, X]', 'properties: { not: X }'])
      expect(await schemaProblems(crd(`{ type: object, ${around.replace('X', '{ enum: x }')} }`))).toHaveLength(1);
  });

  it('when it is larger or deeper than any published one', async () => {
    expect((await schemaProblems(crd(`${'{ items: '.repeat(250)}{}${' }'.repeat(250)}`)))[0]).toMatch(
      'more than 100 levels',
    );
    const wide = Array.from({ length: 20_001 }, (_, index) => `k${index}: {}`).join(', ');
    expect((await schemaProblems(crd(`{ properties: { ${wide} } }`)))[0]).toMatch('more than 20000 parts');
  }, 30_000);

  it('with a limited number of problems', async () => {
    const many = Array.from({ length: 100 }, (_, index) => `k${index}: { enum: x }`).join(', ');
    expect((await schemaProblems(crd(`{ properties: { ${many} } }`))).length).toBeLessThanOrEqual(11);
  });

  it.each([
    '{ type: object, properties: { "a\\");process.exit(7);//": { enum: ["\\");process.exit(7)//"] } } }',
    '{ type: object, properties: { __proto__: { type: string }, constructor: { type: string } } }',
    '{ type: object, enum: null, required: [], properties: { enum: { type: string }, $ref: { type: string } } }',
    '{ x-kubernetes-preserve-unknown-fields: true, x-unknown: { enum: x }, example: { enum: x }, default: { enum: x } }',
  ])('but a valid schema is not: %s', async (schema) => {
    expect(await schemaProblems(crd(schema))).toEqual([]);
    expect(await validate(crd(schema), object('{}'))).toEqual([]);
  });
});

it('one invalid definition does not affect the others', async () => {
  const both = [crd('{ type: object, enum: x }', 'Bad'), crd('{ type: object, properties: { a: { type: integer } } }')];
  expect(await schemaProblems(...both)).toHaveLength(1);
  expect(await validate(both.join('---\n'), [object('{ a: x }', 'Bad'), object('{ a: x }')].join('---\n'))).toEqual([
    'unchecked',
    'spec.a must be integer, but is the string "x"',
  ]);
});

it('whatever a schema contains, it is reported as a problem or can be used', async () => {
  const keywords = [
    ...[
      'type',
      'enum',
      'required',
      'minimum',
      'exclusiveMinimum',
      'multipleOf',
      'minLength',
      'maxItems',
      'uniqueItems',
    ],
    ...[
      'pattern',
      'properties',
      'items',
      'additionalProperties',
      'not',
      'oneOf',
      'anyOf',
      'nullable',
      'format',
      '$ref',
      '$id',
    ],
    ...[
      'x-kubernetes-int-or-string',
      'x-kubernetes-preserve-unknown-fields',
      '$schema',
      'if',
      '$defs',
      'discriminator',
    ],
  ];
  const { schema } = fc.letrec<{ schema: unknown; value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('object', 'string', 'x', '[', '^a$', 0, 1, -1, 1.5, true, false, null),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('schema'),
    ),
    schema: fc.dictionary(fc.constantFrom(...keywords), tie('value'), { maxKeys: 4 }),
  }));
  await fc.assert(
    fc.asyncProperty(schema, async (spec) => {
      const definition = crd(JSON.stringify(spec));
      const isReported = (await schemaProblems(definition)).length > 0;
      const verdict = await validate(definition, object('{ a: [1, x] }'));
      expect(verdict.includes('unchecked')).toBe(isReported);
      expect(verdict).not.toContain('unusable');
    }),
    { numRuns: 150, timeout: 10_000 },
  );
}, 60_000);

it('a schema that the library cannot compile affects only its own objects', async () => {
  const { custom } = await readDefinitions(resourcesIn(crd('{ type: object }')));
  // Changed here: no definition that is read has such a schema.
  const broken = custom.map((schema) => ({ ...schema, schema: { enum: 'x' } }));
  const validator = await createValidators(store, broken).for('1.36');
  const [thing, map] = resourcesIn(`${object('{}')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n`);
  for (let asked = 0; asked < 2; asked++)
    expect(thing && validator?.validate(thing)).toMatchObject({
      state: 'unusable',
      why: expect.stringContaining('enum'),
    });
  expect(map && validator?.validate(map)).toMatchObject({ state: 'checked', problems: [], refused: [] });
});

describe('patterns', () => {
  it('are those of Go, compiled separately', async () => {
    const definition = crd(
      '{ type: object, properties: { a: { type: string, pattern: "^(?i:abc)$" }, b: { type: string, pattern: "^\\\\pL+$" } } }',
    );
    expect(await validate(definition, object('{ a: ABC, b: é }'))).toEqual([]);
    expect(await validate(definition, object('{ a: x, b: "1" }'))).toEqual([
      'spec.a must match pattern "^(?i:abc)$"',
      'spec.b must match pattern "^\\pL+$"',
    ]);
  });

  it.each(['^(([a-z0-9]+)[.-]?)*$', '(x+x+)+y', '^(a|aa)+$', '(.*.*.*)*=', '^(a?){500}$'])(
    '%s takes linear time on a long string',
    async (pattern) => {
      const definition = crd(`{ type: object, properties: { a: { type: string, pattern: '${pattern}' } } }`);
      const [message] = await validate(definition, object(`{ a: "${'a'.repeat(50_000)}!" }`));
      expect(message).toContain('must match pattern');
    },
    60_000,
  );

  it('do not occur in the schemas of Kubernetes', async () => {
    for (const minor of await store.minors())
      expect(JSON.stringify(await store.load(minor))).not.toMatch(/"pattern":"/);
  });
});

it('a quantity of any length takes linear time', async () => {
  const claim = (size: string) =>
    `apiVersion: v1\nkind: LimitRange\nmetadata: { name: a }\nspec: { limits: [{ type: Pod, max: { cpu: "${size}" } }] }\n`;
  expect(await validate('', claim(`${'1'.repeat(300_000)}x`))).toHaveLength(1);
}, 60_000);
