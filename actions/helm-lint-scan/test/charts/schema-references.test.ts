import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findExternalReferences } from '../../src/charts/schema-references.ts';

const at = (reference: string) => ({ properties: { x: { $ref: reference } } });

describe('a reference leads out of a values schema', () => {
  it.each([
    'http://127.0.0.1:8080/admin',
    'http://localhost/x',
    'http://[::1]/x',
    'https://example.com/schema.json#/definitions/a',
    'HTTP://example.com/x',
    'file:///etc/passwd',
    'file://localhost/etc/passwd',
    '../../../etc/passwd',
    '/etc/passwd',
    'other.json',
    'other.json#/definitions/a',
    './charts/x/values.schema.json',
    '//example.com/x',
    '\\\\example.com\\x',
    ' http://example.com/x',
    'http:example.com',
    '?x',
    'ftp://example.com/x',
    'http://json-schema.org/draft-03/schema',
    'http://json-schema.org/draft-07/schema/../../x',
    'draft-07/schema',
  ])('%s', (reference) => {
    expect(findExternalReferences(at(reference))).toEqual([reference]);
  });

  it.each<[string, unknown]>([
    ['below any keyword', { allOf: [{ if: { not: { items: [{ $ref: 'http://a.bc/' }] } } }] }],
    ['below an unknown keyword, to which another reference may lead', { 'x-y': { $ref: 'http://a.bc/' } }],
    ['of a property with the name of a data keyword', { properties: { default: { $ref: 'http://a.bc/' } } }],
    ['that is dynamic', { $dynamicRef: 'http://a.bc/' }],
    ['that is recursive', { $recursiveRef: 'http://a.bc/' }],
    ['to the meta-schema of the schema', { $schema: 'http://a.bc/' }],
    ['to the meta-schema of a part', { properties: { x: { $schema: 'http://a.bc/' } } }],
    ['in data, when a reference leads there', { default: { $ref: 'http://a.bc/' }, not: { $ref: '#/d%65fault' } }],
    ['in data, when a reference cannot be read', { const: { $ref: 'http://a.bc/' }, not: { $ref: '#/%' } }],
    ['written with escapes', JSON.parse('{"\\u0024ref":"http:\\/\\/a.bc\\u002f"}')],
    ['below the key `__proto__`', JSON.parse('{"properties":{"__proto__":{"$ref":"http://a.bc/"}}}')],
  ])('%s', (_, schema) => {
    expect(findExternalReferences(schema)).toEqual(['http://a.bc/']);
  });

  it.each<[string, unknown, string]>([
    [
      'is relative to an address of the schema',
      { $id: 'http://127.0.0.1:80/', $ref: 'values.schema.json' },
      'values.schema.json',
    ],
    [
      'is relative to an address beside a reference',
      { $id: 'http://a.bc/', not: { $ref: 'values.schema.json' }, $ref: '#' },
      'values.schema.json',
    ],
    [
      'is relative to an address of draft 4',
      { id: 'http://a.bc/', not: { $ref: 'values.schema.json' } },
      'values.schema.json',
    ],
    [
      'is relative to an address of a part',
      { not: { $id: 'http://a.bc/', not: { $ref: 'values.schema.json' } } },
      'values.schema.json',
    ],
    [
      'has another port than a part',
      { $defs: { a: { $id: 'http://a.bc:80/x' } }, $ref: 'http://a.bc/x' },
      'http://a.bc/x',
    ],
    [
      'is the address of what is only data',
      { examples: [{ $id: 'http://a.bc/x' }], $ref: 'http://a.bc/x' },
      'http://a.bc/x',
    ],
    [
      'is the address of a part in which draft 7 does not look',
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        $defs: { a: { $id: 'http://a.bc/x' } },
        not: { $ref: 'http://a.bc/x' },
      },
      'http://a.bc/x',
    ],
    [
      'is the address of a part whose address draft 7 passes over',
      { definitions: { a: { $id: 'http://a.bc/x', $ref: '#' } }, not: { $ref: 'http://a.bc/x' } },
      'http://a.bc/x',
    ],
    ['is an address that implementations parse differently', { $id: 'http://a.bc/%2e\\x' }, 'http://a.bc/%2e\\x'],
    [
      'is a number for a host',
      { $defs: { a: { $id: 'http://127.0.0.1/x' } }, $ref: 'http://2130706433/x' },
      'http://2130706433/x',
    ],
  ])('that %s', (_, schema, reference) => {
    expect(findExternalReferences(schema)).toEqual([reference]);
  });
});

describe('a reference stays in a values schema', () => {
  it.each<[string, unknown]>([
    ['to a part of it', at('#/definitions/x')],
    ['to an anchor', at('#x')],
    ['to the whole', at('#')],
    ['by its own name', at('values.schema.json#/definitions/x')],
    ['by its own address', at('file:///values.schema.json')],
    ['to a meta-schema that Helm includes', { $schema: 'https://json-schema.org/draft/2020-12/schema#' }],
    ['to a part of such a meta-schema', at('http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger')],
    ['to a URN, which Helm treats as a schema that allows everything', at('urn:a:b')],
    [
      'of a property with the name $ref',
      { properties: { $ref: { type: 'string' }, $schema: { const: 'http://a.bc/' } } },
    ],
    [
      'in data',
      { default: { $schema: 'https://a.bc/x.json', $ref: 'http://a.bc/' }, enum: [{ $ref: 'http://a.bc/' }] },
    ],
    [
      'to a part with an address of its own',
      { $defs: { a: { $id: 'https://a.bc/x.json' } }, $ref: 'https://a.bc/x.json#/y' },
    ],
    ['to a part with a relative address', { $defs: { 'a.json': { $id: 'a.json' } }, not: { $ref: 'a.json' } }],
    [
      'to a part beside the address of the whole',
      { $id: 'https://a.bc/d/root.json', definitions: { a: { $id: 'x.json' } }, not: { $ref: '/d/x.json' } },
    ],
    ['to the address of the whole', { $id: 'https://a.bc/root.json', not: { $ref: 'root.json' } }],
    ['in no schema', [1, 'a', null]],
  ])('%s', (_, schema) => {
    expect(findExternalReferences(schema)).toEqual([]);
  });
});

it('a reference is reported once, however often it occurs', () => {
  expect(findExternalReferences({ allOf: [at('a.json'), at('a.json'), at('b.json')] }).sort()).toEqual([
    'a.json',
    'b.json',
  ]);
});

it('a schema may have any number of levels', () => {
  const deep = JSON.parse(`${'{"not":'.repeat(100_000)}{"$ref":"http://a.bc/"}${'}'.repeat(100_000)}`);
  expect(findExternalReferences(deep)).toEqual(['http://a.bc/']);
});

it('whatever the schema is, a reference to this machine is found', () => {
  const hostile = 'http://127.0.0.1:1/x';
  const key = fc.constantFrom('properties', 'items', 'not', 'allOf', '$defs', 'a', 'if', 'dependentSchemas', 'x-y');
  const path = fc.array(key, { maxLength: 6 });
  const others = fc.dictionary(fc.constantFrom('$id', '$schema', 'type', '$anchor'), fc.webUrl(), { maxKeys: 2 });
  fc.assert(
    fc.property(path, others, (steps, beside) => {
      // Below a keyword for named schemas, the next step is a name, and a reference is not one.
      const wrapped = steps.reduceRight<unknown>((inner, step) => ({ ...beside, [step]: { name: inner } }), {
        $ref: hostile,
      });
      expect(findExternalReferences(wrapped)).toContain(hostile);
    }),
    { numRuns: 500 },
  );
});
