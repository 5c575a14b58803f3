import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { overriddenOffsets } from '../../src/yaml/duplicates.ts';
import { type ParsedDocument, parse, toData } from '../../src/yaml/source.ts';
import { CHART, image, newText, planFor } from '../helpers.ts';

type Version = '1.1' | '1.2';

/** The number of duplicate keys that the parser's own check finds. */
function countByParser(text: string, version: Version): number {
  const documents = parseAllDocuments(text, { version, merge: true, logLevel: 'silent', prettyErrors: false });
  return Array.isArray(documents) ? duplicates(documents) : 0;
}

const duplicates = (documents: readonly { errors: readonly { code: string }[] }[]): number =>
  documents.flatMap(({ errors }) => errors).filter(({ code }) => code === 'DUPLICATE_KEY').length;

/** The number of duplicate keys that are found here. */
const countOf = (documents: readonly ParsedDocument[]): number => documents.flatMap(overriddenOffsets).length;

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
    expect(countOf(parse(text, version))).toEqual(countByParser(text, version));
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
        expect(countOf(parse(yaml, version))).toEqual(countByParser(yaml, version));
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
  expect(countOf(parse('a: 1\n'.repeat(130_001), '1.2'))).toBe(130_000);
}, 60_000);

describe('a file with duplicate keys', () => {
  const set = (text: string, values: string, more: Record<string, string> = {}) =>
    planFor({ version: 'none', values, ...more }, text);

  it.each<[string, string, string, string]>([
    [
      'beside the way to the value',
      'image: {tag: 1.0.0}\nresources: {}\nresources: {limits: {cpu: 1}}\n',
      'image.tag=1.0.1',
      'image: {tag: 1.0.1}\nresources: {}\nresources: {limits: {cpu: 1}}\n',
    ],
    ['in the same mapping', 'a: 1\nb: x\nb: y\nb: z\n', 'a=2', 'a: 2\nb: x\nb: y\nb: z\n'],
    ['in another branch', 'a: {b: 1, b: 2}\nc: {d: e}\n', 'c.d=x', 'a: {b: 1, b: 2}\nc: {d: x}\n'],
    [
      'of merge keys, which are none',
      'x: &x {a: 1, a: 2}\ny:\n  <<: *x\n  <<: *x\nb: 1\n',
      'b=2',
      'x: &x {a: 1, a: 2}\ny:\n  <<: *x\n  <<: *x\nb: 2\n',
    ],
    ['in JSON', '{"a": 1, "b": 1, "b": 2}', 'a=2', '{"a": 2, "b": 1, "b": 2}'],
    ['in an embedded document', 'v: |\n  a: b\n  c: 1\n  c: 2\n', 'v|a=x', 'v: |\n  a: x\n  c: 1\n  c: 2\n'],
    [
      'of a list item',
      'l: [{n: a, x: 1, x: 2}, {n: b, t: c}]\n',
      'l[n=b].t=x',
      'l: [{n: a, x: 1, x: 2}, {n: b, t: x}]\n',
    ],
  ])('is changed with a warning when they are %s', async (_, text, values, expected) => {
    const plan = await set(text, values);
    expect(newText(plan)).toBe(expected);
    expect(plan.warnings.join('\n')).toMatch(
      /^helm\/shop\/values.yaml:\d: duplicate key "[a-z]+", which is also on line \d; /,
    );
  });

  it('gets new keys', async () => {
    expect(newText(await set('a: 1\na: 2\n', 'b=x', { create: 'true' }))).toBe('a: 1\na: 2\nb: x\n');
  });

  it.each<[string, string, string, string]>([
    [
      'the value',
      'a: 1\nb: 2\na: 3\n',
      'a=2',
      'values.yaml:1: the document has the duplicate key "a" (lines 1, 3); remove all but one',
    ],
    ['a mapping above it', 'a:\n  b: 1\na:\n  c: 1\n', 'a.c=2', 'the document has the duplicate key "a" (lines 1, 3)'],
    ['the only mapping with it', 'a: {b: 1}\na: {}\n', 'a.b=2', 'the document has the duplicate key "a" (lines 1, 2)'],
    ['a new key below it', 'a: {}\na: {}\n', 'a.b=2', 'the document has the duplicate key "a" (lines 1, 2)'],
    ['the version', '', '', 'Chart.yaml:1: the document has the duplicate key "version" (lines 3, 4)'],
  ])('is refused when it is %s', async (name, text, values, expected) => {
    const plan =
      name === 'the version'
        ? planFor({ version: '1.4.2' }, '', { 'helm/shop/Chart.yaml': CHART.replace('appVersion', 'version') })
        : set(text, values, { create: 'true' });
    await expect(plan).rejects.toThrow(expected);
  });

  it('has no image that is changed in an overridden mapping', async () => {
    const text = 'a: {repository: r.io/web, tag: "1"}\na: {repository: r.io/web, tag: "1"}\n';
    const plan = planFor({ version: 'none', images: image('r.io/web') }, text);
    await expect(plan).rejects.toThrow('the document has the duplicate key "a" (lines 1, 2); remove all but one');
  });

  it('is not warned about when it does not change', async () => {
    expect((await set('a: 1\nb: 1\nb: 2\n', 'a=1')).warnings).toEqual([]);
  });
});

it('compares the values of overridden keys too', () => {
  const data = (text: string) => toData(parse(text, '1.2'));
  expect(data('a: 1\na: 2\n')).not.toEqual(data('a: 3\na: 2\n'));
  expect(data('a: 1\na: 2\n')).toEqual(data('a: 1 # one\na: 2\n'));
});
