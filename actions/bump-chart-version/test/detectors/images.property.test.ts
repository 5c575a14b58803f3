import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse, parseAllDocuments } from 'yaml';
import { image, newText, planFor } from '../helpers.ts';
import { expectOutside, style, type Tree, tree, Writer } from '../yaml/documents.ts';
import { newFile, oldFile, REPOSITORY, SHAPES } from './shapes.ts';

/** The shapes that random YAML can contain: one document of mappings, lists and strings. */
const SHAPE_PAIRS: readonly (readonly [Tree, Tree])[] = Object.values(SHAPES)
  .flat()
  .filter(([, text]) => !/^---$|[&*]/m.test(text))
  .map(([, text]) => [toTree(oldFile(text)), toTree(newFile(text))]);

/** The data of a file, with strings only. */
function toTree(text: string): Tree {
  return parse(text, { schema: 'failsafe' }) as Tree;
}

const cases = fc.record({
  data: tree.map,
  style,
  shapes: fc.array(fc.record({ shape: fc.nat({ max: SHAPE_PAIRS.length - 1 }), depth: fc.nat({ max: 3 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
});

it('images of every shape are set anywhere in any document, and every other byte is kept', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ data, style: how, shapes }) => {
      const build = (side: 0 | 1): { [key: string]: Tree } => ({
        ...data,
        ...Object.fromEntries(
          shapes.map(({ shape, depth }, index) => [`shape-${index}`, nest(SHAPE_PAIRS[shape]?.[side] as Tree, depth)]),
        ),
      });
      const [writer, expected] = [new Writer(how), build(1)];
      writer.document(build(0));
      const now = newText(await planFor({ version: 'none', images: image(REPOSITORY) }, writer.text)) ?? '';
      const changed = writer.leaves.filter(({ steps }) => valueAt(build(0), steps) !== valueAt(expected, steps));
      expect(changed.length).toBeGreaterThan(0);
      expectOutside(writer.text, now, changed);
      for (const version of ['1.1', '1.2'] as const) {
        const [document] = parseAllDocuments(now, { version });
        expect(document?.toJS()).toEqual(expected);
      }
    }),
    { numRuns: 300 },
  );
});

/** Below this many mappings and lists. */
const nest = (value: Tree, depth: number): Tree =>
  depth === 0 ? value : depth % 2 === 0 ? [nest(value, depth - 1)] : { below: nest(value, depth - 1) };

const valueAt = (data: Tree, steps: readonly { kind: string; key?: string; index?: number }[]): unknown =>
  steps.reduce<unknown>((node, { key, index }) => (node as Record<string, unknown>)[key ?? String(index)], data);
