import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { parse } from '../../src/yaml/source.ts';
import { newText, planFor } from '../helpers.ts';

type Version = '1.1' | '1.2';

/** The number of duplicate keys that the parser's own check finds. */
function countByParser(text: string, version: Version): number {
  const documents = parseAllDocuments(text, { version, merge: true, logLevel: 'silent', prettyErrors: false });
  return Array.isArray(documents) ? duplicates(documents) : 0;
}

const duplicates = (documents: readonly { errors: readonly { code: string }[] }[]): number =>
  documents.flatMap(({ errors }) => errors).filter(({ code }) => code === 'DUPLICATE_KEY').length;

describe('duplicate keys', () => {
  it.each<[string, Version]>([
    ['a: 1\nb: 2\na: 3\na: 4\n', '1.2'],
    ['a: 1\n"a": 2\n', '1.2'],
    ['1: a\n"1": b\n0x1: c\n', '1.2'],
    ['yes: a\non: b\n', '1.1'],
    ['yes: a\non: b\n', '1.2'],
    ['x: &x {a: 1}\n<<: *x\n<<: *x\n', '1.2'],
    ['x: {a, b: [{c: 1, c: 2}], a}\n---\na: 1\n---\na: 1\na: 2\n', '1.2'],
    ['? [a]\n: 1\n? [a]\n: 2\n', '1.2'],
    ['? \n: 1\n? \n: 2\n', '1.2'],
    ['&a a: 1\n*a : 2\n', '1.2'],
    ['!!set {a, b, a}\n', '1.1'],
    ['- !!omap [a: 1, a: 2]\n', '1.1'],
  ])('in %j, read as YAML %s, are the ones that the parser finds', (text, version) => {
    expect(duplicates(parse(text, version))).toEqual(countByParser(text, version));
  });

  it('are the ones that the parser finds, in any text', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '"a"',
      ': ',
      '\n',
      '\n  ',
      '{',
      '}',
      ', ',
      '- ',
      '[',
      ']',
      '? ',
      '1',
      '---\n',
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.constantFrom<Version>('1.1', '1.2'), (yaml, version) => {
        expect(duplicates(parse(yaml, version))).toEqual(countByParser(yaml, version));
      }),
      { numRuns: 2000 },
    );
  });
});

it('changes a mapping of 20,000 keys', async () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `key-${index}: ${index}\n`).join('');
  expect(newText(await planFor({ version: 'none', values: 'key-10000=x' }, keys))).toContain('\nkey-10000: x\n');
});

it('finds 130,000 duplicate keys, more than a call takes arguments', () => {
  expect(duplicates(parse('a: 1\n'.repeat(130_001), '1.2'))).toBe(130_000);
}, 60_000);
