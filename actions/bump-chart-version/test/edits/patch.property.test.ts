import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { pathText } from '../../src/yaml/path.ts';
import { newText, planFor } from '../helpers.ts';
import { expectOutside, type Leaf, newValue, style, type Tree, tree, Writer, withValue } from '../yaml/documents.ts';

describe('any change of any document', () => {
  it('keeps every other byte and changes only the named values', async () => {
    const cases = fc.record({
      data: tree.map,
      style,
      values: fc.array(newValue, { minLength: 1, maxLength: 3 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ data, style: how, values, seed }) => {
        const writer = new Writer(how);
        writer.document(data);
        fc.pre(writer.leaves.length > 0);
        const chosen = new Map(values.map((value, index) => [(seed + index * 7) % writer.leaves.length, value]));
        let expectedData: Tree = data;
        const lines: string[] = [];
        for (const [index, value] of chosen) {
          const { steps } = writer.leaves[index] as Leaf;
          expectedData = withValue(expectedData, steps, value);
          // In single quotes the input accepts any single line unchanged.
          lines.push(`${pathText(steps)}='${value.replaceAll("'", "''")}'`);
        }
        const now = newText(await planFor({ version: 'none', values: lines.join('\n') }, writer.text)) ?? writer.text;
        expectOutside(
          writer.text,
          now,
          [...chosen.keys()].map((index) => writer.leaves[index] as Leaf),
        );
        for (const version of ['1.1', '1.2'] as const) {
          const [document] = parseAllDocuments(now, { version });
          expect(document?.toJS()).toEqual(expectedData);
        }
      }),
      { numRuns: 400 },
    );
  });
});
