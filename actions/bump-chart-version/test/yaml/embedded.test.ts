import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { applyEdits, planEdits } from '../../src/plan/planned-edits.ts';
import { embeddedDocuments } from '../../src/yaml/embedded.ts';
import { locate } from '../../src/yaml/locate.ts';
import { pathText } from '../../src/yaml/path.ts';
import { readYaml } from '../../src/yaml/source.ts';
import { bytes, newText, planFor } from '../helpers.ts';
import { expectOutside, type Leaf, newValue, style, type Tree, tree, Writer, withValue } from './documents.ts';

const set = async (values: string, lines: string, more: Record<string, string> = {}): Promise<string | undefined> =>
  newText(await planFor({ version: 'none', values: lines, ...more }, values));

const APPLICATION = `spec:
  source:
    helm:
      # rendered by Argo CD
      values: |   # for web
        # the image
        web:
          image: {tag: "1.4.1"}   # bumped

          replicas: 5
      parameters: []
`;

describe('a value in a block scalar', () => {
  it.each<[string, string, string, string]>([
    [
      'in an Application',
      APPLICATION,
      'spec.source.helm.values|web.image.tag=1.4.2',
      APPLICATION.replace('1.4.1', '1.4.2'),
    ],
    ['that keeps its type', APPLICATION, 'spec.source.helm.values|web.replicas=6', APPLICATION.replace('5\n', '6\n')],
    [
      'two of one',
      APPLICATION,
      'spec.source.helm.values|web.replicas=6\nspec.source.helm.values|web.image.tag=10.0.0-rc.1',
      APPLICATION.replace('5\n', '6\n').replace('1.4.1', '10.0.0-rc.1'),
    ],
    ['with CRLF', 'a: |\r\n  b: c\r\n  d: e\r\nf: g\r\n', 'a|d=x', 'a: |\r\n  b: c\r\n  d: x\r\nf: g\r\n'],
    ['with |-', 'a: |-\n  b: c\nf: g\n', 'a|b=x', 'a: |-\n  b: x\nf: g\n'],
    ['with |+', 'a: |+\n  b: c\n\n\nf: g\n', 'a|b=x', 'a: |+\n  b: x\n\n\nf: g\n'],
    ['with an indentation indicator', 'a: |2\n    - b\n    - c\n', 'a|[1]=x', 'a: |2\n    - b\n    - x\n'],
    ['with an indentation indicator of 1', 'a: |1-\n b:\n   c: d\n e: f\n', 'a|b.c=x', 'a: |1-\n b:\n   c: x\n e: f\n'],
    ['in a list item', 'l:\n- |\n  b: c\n- d\n', 'l[0]|b=x', 'l:\n- |\n  b: x\n- d\n'],
    ['in a list of a list', '- - |\n    b: c\n', '[0][0]|b=x', '- - |\n    b: x\n'],
    ['at the end without a line break', 'a: |\n  b: c', 'a|b=x', 'a: |\n  b: x'],
    ['after empty and shorter lines', 'a: |\n\n \n  b: c\n \n  d: e\n', 'a|d=x', 'a: |\n\n \n  b: c\n \n  d: x\n'],
    ['with an anchor', 'a: &t |\n  b: c\nd: *t\n', 'a|b=x', 'a: &t |\n  b: x\nd: *t\n'],
    [
      'of a list',
      'x:\n  artifacthub.io/images: |\n    - name: web\n      image: r/web:1\n    - name: api\n      image: r/api:1\n',
      'x."artifacthub.io/images"|[name=api].image=r/api:2',
      'x:\n  artifacthub.io/images: |\n    - name: web\n      image: r/web:1\n    - name: api\n      image: r/api:2\n',
    ],
    ['in JSON', 'a: |\n  {\n    "b": null\n  }\n', 'a|b=1.10', 'a: |\n  {\n    "b": "1.10"\n  }\n'],
    ['on several lines', 'a: |\n  b: c\n    d\n  e: f\n', 'a|b=x', 'a: |\n  b: x\n  e: f\n'],
    [
      'in a block scalar of a block scalar',
      'a: |\n  b: |\n    c: d\n    e: f\n  g: |-\n    h: i\n',
      'a|b|c=x\na|g|h=w\na|b|e=z',
      'a: |\n  b: |\n    c: x\n    e: z\n  g: |-\n    h: w\n',
    ],
    ['beside one outside it', 'a: |\n  b: c\nd: e\n', 'd=w\na|b=x', 'a: |\n  b: x\nd: w\n'],
  ])('%s', async (_, old, lines, expected) => {
    expect(await set(old, lines)).toBe(expected);
  });

  it.each<[string, string, string, string]>([
    [
      'after the last one',
      APPLICATION,
      'spec.source.helm.values|web.image2.tag=v',
      APPLICATION.replace('5\n', '5\n          image2:\n            tag: v\n'),
    ],
    [
      'in a flow mapping',
      APPLICATION,
      'spec.source.helm.values|web.image.digest=v',
      APPLICATION.replace('"1.4.1"', '"1.4.1", digest: v'),
    ],
    ['with CRLF', 'a: |\r\n  b: c\r\nf: g\r\n', 'a|x.z=v', 'a: |\r\n  b: c\r\n  x:\r\n    z: v\r\nf: g\r\n'],
    ['with |-', 'a: |-\n  b: c\nf: g\n', 'a|x=v', 'a: |-\n  b: c\n  x: v\nf: g\n'],
    ['with |+', 'a: |+\n  b: c\n\nf: g\n', 'a|x=v', 'a: |+\n  b: c\n  x: v\n\nf: g\n'],
    ['at the end of the file', 'a: |\n  b: c\n', 'a|x=v', 'a: |\n  b: c\n  x: v\n'],
    ['at an end without a line break', 'a: |\n  b: c', 'a|x=v', 'a: |\n  b: c\n  x: v'],
    [
      'before an empty line',
      'a: |\n  b:\n    c: d\n\n  e: f\n',
      'a|b.x=v',
      'a: |\n  b:\n    c: d\n    x: v\n\n  e: f\n',
    ],
    ['in two levels', 'a: |\n  b: |\n    c: d\n  e: f\n', 'a|b|x=v', 'a: |\n  b: |\n    c: d\n    x: v\n  e: f\n'],
  ])('is added %s', async (_, old, lines, expected) => {
    expect(await set(old, lines, { create: 'true' })).toBe(expected);
  });

  it('is reported with its line and its whole path', async () => {
    const plan = await planFor(
      { version: 'none', values: 'x=1\nl[n=a].v|b.c=x\nl[n=a].v|d=y' },
      'l:\n- n: a\n  v: |\n    b: {c: &t 1}\n    d: 5\n    e: *t\nx: 0\n',
    );
    expect(plan.changedValues.map(({ line, path, old, now }) => [line, path, old, now])).toEqual([
      [4, 'l[n=a].v|b.c', '1', 'x'],
      [5, 'l[n=a].v|d', '5', 'y'],
      [7, 'x', '0', '1'],
      [undefined, 'l[0].v|e', '1', 'x'],
    ]);
  });

  it.each<[string, string, string, string]>([
    ['a folded block scalar', 'a: >\n  b: c\n', 'a|b=x', 'values.yaml:1: a is a folded block scalar (">")'],
    ['a value in quotes', 'a: "b: c"\n', 'a|b=x', 'values.yaml:1: a is a value on one line or in quotes'],
    ['a mapping', 'a: {b: c}\n', 'a|b=x', 'a is a mapping, not a block scalar with YAML in it'],
    ['an empty value', 'a:\n', 'a|b=x', 'a is empty, not a block scalar'],
    ['an alias', 'a: &t |\n  b: c\nd: *t\n', 'd|b=x', 'd is the alias *t, so d|b has no separate value'],
    [
      'no key',
      'a: |\n\n  image:\n    tag: v\n',
      'a|image.tga=x',
      'values.yaml:3: a|image has no key "tga"; nearest: tag',
    ],
    ['no block scalar', 'a: b\n', 'c|b=x', 'has no key "c"'],
    [
      'text that is not YAML',
      'x: 1\na: |\n  b: c\n  d: [\n',
      'a|b=x',
      'values.yaml:2: a is a block scalar whose text cannot be read as YAML: helm/shop/values.yaml:',
    ],
    ['a single text', 'a: |\n  some words\n', 'a|b=x', 'a| is a single value and has no key "b"'],
    ['several documents', 'a: |\n  b: c\n  ---\n  d: e\n', 'a|b=x', 'a contains 2 documents; it must contain one'],
    ['an empty block', 'a: |\nb: c\n', 'a|b=x', 'a| is empty and has no key "b"'],
    [
      'a block scalar in it',
      'a: |\n  b: |\n    c\n',
      'a|b=x',
      'a|b is a block scalar ("|" or ">"), which is not rewritten',
    ],
    ['the block scalar itself', 'a: |\n  b: c\n', 'a=x', 'or name a value of the YAML in it, as in a|image.tag'],
    ['two values for one', 'a: |\n  b: [{n: c}]\n', 'a|b[0].n=x\na|b[n=c].n=y', 'conflicting values for a|b[n=c].n'],
  ])('is not found in %s', async (_, old, lines, expected) => {
    await expect(set(old, lines)).rejects.toThrow(expected);
  });
});

describe('the embedded documents of a file', () => {
  it('are its literal block scalars that are mappings or lists', () => {
    const file = readYaml(
      'a.yaml',
      bytes(
        'a: |\n  b: c\nl:\n- |\n  - d\n- |\n  words, and {\n- |\n  text\n- >\n  e: f\n---\n80: |\n  {}\n? [x]\n: |\n  a: b\n',
      ),
    );
    expect(
      embeddedDocuments(file).map(({ text, embedding }) => [
        text,
        pathText(embedding?.steps ?? []),
        embedding?.document,
      ]),
    ).toEqual([
      ['b: c\n', 'a', 0],
      ['- d\n', 'l[0]', 0],
    ]);
    expect(embeddedDocuments(file)[0]).toBe(embeddedDocuments(file)[0]);
  });

  it('are changed in the file that contains them', () => {
    const file = readYaml('a.yaml', bytes('x:\n  a: |-\n    image: web:1 # tag\n'));
    const [embedded] = embeddedDocuments(file);
    if (embedded === undefined) throw new Error('nothing is embedded');
    const search = locate(embedded, 0, [{ kind: 'key', key: 'image' }]);
    expect(search).toMatchObject({ found: { path: 'x.a|image', exactPath: 'x.a|image', line: 3 } });
    if (!('found' in search)) return;
    const { edits } = planEdits([{ location: { node: search.found }, scalar: { text: 'web:2', as: 'string' } }]);
    expect(applyEdits(edits).files).toMatchObject([{ path: 'a.yaml', text: 'x:\n  a: |-\n    image: web:2 # tag\n' }]);
  });
});

/** A file that has a text as a literal block scalar. */
interface Block {
  header: '|' | '|-' | '|+' | 'indicator';
  indent: number;
  eol: string;
  tail: string;
}

function embed(text: string, { header, indent, eol, tail }: Block): string {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(indent + 1) + line));
  const mark = header === 'indicator' ? `|${indent}` : header;
  return [`# é 🚀`, `x:`, ` a: ${mark} # end`, ...lines, ...tail.split('\n')].join(eol);
}

it('keeps every other byte of the file and of any embedded document', async () => {
  const cases = fc.record({
    data: tree.map,
    style,
    values: fc.array(newValue, { minLength: 1, maxLength: 3 }),
    seed: fc.nat(),
    block: fc.record<Block>({
      header: fc.constantFrom('|', '|-', '|+', 'indicator'),
      indent: fc.integer({ min: 1, max: 6 }),
      eol: fc.constantFrom('\n', '\r\n'),
      tail: fc.constantFrom('', ' b: c\n', '\n\n b: c # d\n', '# end', ' b: |\n  a: b'),
    }),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ data, style: how, values, seed, block }) => {
      const writer = new Writer({ ...how, eol: '\n', bom: false });
      writer.document(data);
      fc.pre(writer.leaves.length > 0);
      const chosen = new Map(values.map((value, index) => [(seed + index * 7) % writer.leaves.length, value]));
      let expectedData: Tree = data;
      const lines: string[] = [];
      for (const [index, value] of chosen) {
        const { steps } = writer.leaves[index] as Leaf;
        expectedData = withValue(expectedData, steps, value);
        lines.push(`x.a|${pathText(steps)}='${value.replaceAll("'", "''")}'`);
      }
      const old = embed(writer.text, block);
      const now = (await set(old, lines.join('\n'))) ?? old;
      const text = (parse(now) as { x: { a: string } }).x.a.replace(/\n*$/, '\n');
      expect(now).toBe(embed(text, block));
      expectOutside(
        writer.text.replace(/\n*$/, '\n'),
        text,
        [...chosen.keys()].map((index) => writer.leaves[index] as Leaf),
      );
      for (const version of ['1.1', '1.2'] as const) expect(parse(text, { version })).toEqual(expectedData);
    }),
    { numRuns: 300 },
  );
});
