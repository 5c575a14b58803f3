import { describe, expect, it } from '@jest/globals';
import { isAlias, isScalar, parseDocument } from 'yaml';
import { duplicateKeyOffsets, findPair, keyText } from '../../yaml/lookup.ts';

function lookUp(text: string, key: string): unknown {
  const document = parseDocument(text, { merge: true, version: '1.1', uniqueKeys: false });
  const found = findPair(document.contents, key, {
    resolve: (node) => (isAlias(node) ? node.resolve(document) : node),
  });
  return isScalar(found?.pair.value) ? found.pair.value.value : found;
}

describe('findPair', () => {
  it.each([
    ['a: 1', 1],
    ['b: 1', undefined],
    ['base: &x { a: 1 }\n<<: *x', 1],
    ['base: &x { a: 1 }\n<<: *x\na: 2', 2],
    ['base: &x { a: 1 }\na: 2\n<<: *x', 2],
    ['p: &x { a: 1 }\nq: &y { a: 2 }\n<<: [*x, *y]', 1],
    ['p: &x { b: 1 }\nq: &y { a: 2 }\n<<: [*x, *y]', 2],
    ['p: &x { a: 1 }\nq: &y { <<: *x }\n<<: *y', 1],
    ['p: &x { a: 1 }\nq: &y { <<: *x }\nr: &z { a: 3 }\n<<: [*y, *z]', 1],
    ['<<: { a: 4 }', 4],
    ['- a', undefined],
  ])('in %j finds a with the value %j', (text, value) => {
    expect(lookUp(text, 'a')).toBe(value);
  });

  it('terminates in a mapping that is merged into itself', () => {
    expect(lookUp('&x\nb: 1\n<<: *x', 'a')).toBeUndefined();
  });

  it('returns the mapping that has the pair', () => {
    const document = parseDocument('base: &x { a: 1 }\nuse:\n  <<: *x', { merge: true });
    const found = findPair(document.get('use'), 'a', {
      resolve: (node) => (isAlias(node) ? node.resolve(document) : node),
    });
    expect(found?.map).toBe(document.get('base'));
  });
});

it.each([
  ['a: 1', 'a'],
  ['0x10: 1', '0x10'],
  ['"a b": 1', 'a b'],
  ['true: 1', 'true'],
  ['? [a]\n: 1', undefined],
])('the key of %j is %j', (text, key) => {
  const { contents } = parseDocument(text) as unknown as { contents: { items: { key: unknown }[] } };
  expect(keyText(contents.items[0]?.key)).toBe(key);
});

it.each([
  ['a: 1\nb: 2', []],
  ['a: 1\na: 2\na: 3', [5, 10]],
  ['x: { a: 1, a: 2 }\ny: [{ b: 1, b: 2 }]', [11, 30]],
  ['1: a\n"1": b', []],
])('in %j the keys at %j are duplicates', (text, offsets) => {
  expect(duplicateKeyOffsets(parseDocument(text, { uniqueKeys: false }).contents)).toEqual(offsets);
});
