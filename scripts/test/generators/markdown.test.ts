import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { codeCell, markdownCell, markdownTable, replaceSection, replaceSections } from '../../generators/markdown.ts';

describe('a table', () => {
  it('has a row per line, and no spaces in empty cells', () => {
    expect(
      markdownTable(
        ['a', 'b'],
        [
          ['1', ''],
          ['', '2'],
        ],
      ),
    ).toBe('| a | b |\n| --- | --- |\n| 1 | |\n| | 2 |');
  });

  it('keeps its columns and rows with any content of the cells', () => {
    fc.assert(
      fc.property(fc.string(), (content) => {
        const row = markdownTable(['a', 'b'], [[markdownCell(content), codeCell(content)]])
          .split('\n')
          .slice(2);
        expect(row).toHaveLength(1);
        expect(row[0]?.match(/(?<!\\)\|/g)?.length).toBe(3);
      }),
      { examples: [['a|b'], ['a\n b']] },
    );
  });
});

describe('a section between markers', () => {
  const text = 'before\n<!-- inputs:start -->\nold\n<!-- inputs:end -->\nafter\n';

  it('is replaced, and nothing outside of it', () => {
    expect(replaceSection(text, 'inputs', 'new')).toBe(
      'before\n<!-- inputs:start -->\nnew\n<!-- inputs:end -->\nafter\n',
    );
  });

  it('does not change when replaced again with any content', () => {
    fc.assert(
      fc.property(fc.string(), (content) => {
        const once = replaceSection(text, 'inputs', content);
        expect(replaceSection(once, 'inputs', content)).toBe(once);
      }),
    );
  });

  it.each([
    ['no markers', 'text'],
    ['no end', '<!-- inputs:start -->'],
    ['the end first', '<!-- inputs:end --><!-- inputs:start -->'],
    ['two starts', '<!-- inputs:start --><!-- inputs:start --><!-- inputs:end -->'],
    ['two ends', '<!-- inputs:start --><!-- inputs:end --><!-- inputs:end -->'],
  ])('is rejected with %s', (_, document) => {
    expect(() => replaceSection(document, 'inputs', 'new')).toThrow('each exactly once');
  });
});

describe('the sections of documents', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'sections-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('are replaced together where a document has several', async () => {
    const section = (name: string, content: string): string =>
      `<!-- ${name}:start -->\n${content}\n<!-- ${name}:end -->\n`;
    await writeFile(join(root, 'a.md'), section('one', 'old') + section('two', 'old'));
    await writeFile(join(root, 'b.md'), section('one', 'old'));
    expect(
      await replaceSections(root, [
        { path: 'a.md', name: 'one', content: '1' },
        { path: 'b.md', name: 'one', content: '2' },
        { path: 'a.md', name: 'two', content: '3' },
      ]),
    ).toEqual([
      { path: 'a.md', content: section('one', '1') + section('two', '3') },
      { path: 'b.md', content: section('one', '2') },
    ]);
  });

  it('name the document that has no markers for them', async () => {
    await writeFile(join(root, 'a.md'), '# a\n');
    await expect(replaceSections(root, [{ path: 'a.md', name: 'values', content: '' }])).rejects.toThrow(
      /^a\.md: must contain <!-- values:start -->/,
    );
  });
});
