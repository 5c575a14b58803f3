import { describe, expect, it } from '@jest/globals';
import type { Edit } from '../../src/edits/edit.ts';
import { sectionsOf } from '../../src/edits/local-proof.ts';
import { patch } from '../../src/edits/patch.ts';
import { parse, readYaml, toData } from '../../src/yaml/source.ts';
import { bytes, newText, planFor } from '../helpers.ts';

const set = (values: string, line: string) => planFor({ version: 'none', values: line }, values);

/** An edit of `old`, the value at `nodePath`. */
function editOf(text: string, nodePath: readonly number[], old = 'old'): Edit {
  const start = text.lastIndexOf(old);
  const splice = { start, end: start + old.length, text: 'new' };
  return { splice, document: 0, nodePath, added: [], scalar: { text: 'new', as: 'string' } };
}

/** Whether an edit of the value at `nodePath` can be verified by itself. */
const isLocal = (text: string, nodePath: readonly number[]): boolean =>
  sectionsOf(readYaml('values.yaml', bytes(text)), [editOf(text, nodePath)]) !== undefined;

it.each<[string, string, number[]]>([
  ['a value of the root', 'a: old\nb: c\n', [0]],
  ['a value below a key', 'b: c\na:\n  x: old\n', [1, 0]],
  ['CRLF', 'b: c\r\na: old\r\n', [1]],
  ['keys in quotes', '"a b": old\n', [0]],
  ['a start of the document', '---\n# values\na: old\n', [0]],
])('an edit of %s is verified by itself', (_title, text, nodePath) => {
  expect(isLocal(text, nodePath)).toBe(true);
});

it.each<[string, string, number[]]>([
  ['an alias leads to another key', 'b: &b c\nd: *b\na: old\n', [2]],
  ['a value has an anchor', 'b: &b c\na: old\n', [1]],
  ['a value has a tag', 'b: !vault c\na: old\n', [1]],
  ['a mapping is merged into the root', '<<: {b: c}\na: old\n', [1]],
  ['the root is in braces', '{b: c, a: old}\n', [1]],
  ['the root is a list', '- b\n- old\n', [1]],
  ['the root is indented', '  b: c\n  a: old\n', [1]],
  ['a key is explicit', '? b\n: c\n? a\n: old\n', [1]],
  ['there is another document', 'a: old\n---\nb: c\n', [0]],
  ['a directive says how to read the file', '%YAML 1.1\n---\na: old\n', [0]],
  ['a byte order mark begins the file', '\ufeffa: old\n', [0]],
  ['a key is added to the root', 'b: old\n', []],
])('the whole file is verified when %s', (_title, text, nodePath) => {
  expect(isLocal(text, nodePath)).toBe(false);
});

/** What can come before the next key, or begin it. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  plain: 'p: text\n',
  'a plain text of several lines': 'p: text\n  that goes on\n',
  quotes: 'p: "text\n  that # goes on"\n',
  'a literal that keeps its line ends': 'p: |+\n  text\n\n\n',
  'a literal with less indentation than before': 'p: |2\n    text\n  more\n',
  'a folded text': 'p: >-\n  text\n  more\n',
  'an empty literal': 'p: |\n',
  'a list without indentation': 'p:\n- one\n- two: three\n',
  'a list in brackets': 'p: [one,\n  two]\n',
  'comments and blank lines': 'p: text # comment\n\n# : comment\n  # - indented\n',
  'no value': 'p:\n',
  'a text like a document marker': 'p: |\n  ---\n  ...\n',
};

describe.each(Object.entries(NEIGHBOURS))('next to %s', (_title, neighbour) => {
  it.each([
    ['before', (own: string) => own + neighbour],
    ['after', (own: string) => neighbour + own],
    ['between', (own: string) => neighbour + own + neighbour.replace('p:', 'q:')],
  ])('%s, an edit changes only its value', async (_position, place) => {
    const old = place('a:\n  image: {tag: "1"}\n  text: |+\n    x\n\n');
    const now = newText(await set(old, 'a.image.tag=2')) ?? '';
    expect(now).toBe(old.replace('"1"', '"2"'));
    const [expected, actual] = [old, now].map((text) => toData(parse(text, '1.2'))[0] as Map<string, unknown>);
    expect(actual?.get('p')).toEqual(expected?.get('p'));
    expect(actual?.get('a')).toEqual(
      new Map<string, unknown>([
        ['image', new Map([['tag', '2']])],
        ['text', 'x\n\n'],
      ]),
    );
  });
});

describe('a change is refused', () => {
  const text = 'a: old\nb: c\n';
  const file = readYaml('values.yaml', bytes(text));

  it('when a part means something else read alone than in the file', () => {
    const other = { ...file, documents: parse(text.replace('old', 'odd'), '1.2') };
    expect(() => patch(other, [editOf(text, [0])])).toThrow('a part of it means something else alone');
  });

  it('when it takes the line break before the next key', () => {
    expect(() => patch(file, [editOf(text, [0], 'old\n')])).toThrow('a part of it would not be complete');
  });
});
