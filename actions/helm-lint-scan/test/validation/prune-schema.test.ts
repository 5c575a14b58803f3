import { expect, it } from '@jest/globals';
import { pruneSchema } from '../../src/validation/prune-schema.ts';

const SCHEMA = {
  type: 'object',
  required: ['a'],
  properties: {
    a: { type: 'object', required: ['x'], properties: { x: { type: 'string', pattern: '^a' } } },
    b: { type: 'object', default: {}, required: ['y'], properties: { y: { type: 'string', default: 'z' } } },
    list: { type: 'array', items: { type: 'object', properties: { p: { type: 'integer' }, q: { type: 'integer' } } } },
    map: { type: 'object', additionalProperties: { type: 'object', properties: { r: { type: 'string' } } } },
  },
};
const { properties } = SCHEMA;
const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

it.each<[string, values: unknown[], expected: object]>([
  ['no value: the keys and their defaults', [{}], { a: OPEN, b: properties.b, list: { type: 'array' }, map: OPEN }],
  [
    'what one of several values has',
    [{ a: { x: 'a' } }, { list: [] }, { list: [{ p: 1 }] }],
    { a: properties.a, b: properties.b, list: properties.list, map: OPEN },
  ],
  [
    'the values of a mapping',
    [{ map: { any: { r: 'b' } } }],
    { a: OPEN, b: properties.b, list: { type: 'array' }, map: properties.map },
  ],
  [
    'a value of another type, which is still wrong',
    ['text', { a: 'text' }],
    {
      a: { ...properties.a, properties: { x: { type: 'string', pattern: '^a' } } },
      b: properties.b,
      list: { type: 'array' },
      map: OPEN,
    },
  ],
])('%s', (_, values, expected) => {
  expect(pruneSchema(SCHEMA, values)).toEqual({ ...SCHEMA, properties: expected });
});
