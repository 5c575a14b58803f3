import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Step } from '../../src/yaml/path.ts';

/**
 * The test writes the documents, and therefore knows where every scalar is and what it means: an oracle that shares nothing with the
 * code under test except the parser that reads the result.
 */
export interface Leaf {
  start: number;
  end: number;
  steps: Step[];
}

export type Tree = string | Tree[] | { [key: string]: Tree };

export interface Style {
  eol: string;
  indent: number;
  bom: boolean;
  /** Used in turn for each scalar, so that quotes, comments and spaces vary. */
  choices: number[];
}

export class Writer {
  text = '';
  readonly leaves: Leaf[] = [];
  #index = 0;
  readonly #style: Style;

  constructor(style: Style) {
    this.#style = style;
    if (style.bom) this.text = '\ufeff';
  }

  document(tree: { [key: string]: Tree }): void {
    this.#block(tree, 0, []);
  }

  #draw(limit: number): number {
    const { choices } = this.#style;
    return (choices[this.#index++ % choices.length] as number) % limit;
  }

  #line(depth: number): void {
    if (this.#draw(5) === 0) this.text += `${' '.repeat(depth)}# é 🚀 comment: "x"${this.#style.eol}`;
    if (this.#draw(7) === 0) this.text += this.#style.eol;
  }

  #block(tree: Tree, depth: number, steps: Step[]): void {
    const pad = ' '.repeat(depth);
    const entries: [string, Tree, Step][] = Array.isArray(tree)
      ? tree.map((item, index) => ['-', item, { kind: 'index', index }])
      : Object.entries(tree).map(([key, child]) => [`${JSON.stringify(key)}:`, child, { kind: 'key', key }]);
    for (const [marker, value, step] of entries) {
      this.#line(depth);
      this.text += pad + marker;
      const path = [...steps, step];
      const isEmpty = typeof value === 'object' && Object.keys(value).length === 0;
      if (typeof value === 'string' || isEmpty || this.#draw(4) === 0) {
        this.text += ' '.repeat(1 + this.#draw(3));
        this.#flow(value, path);
        if (this.#draw(3) === 0) this.text += `${' '.repeat(1 + this.#draw(3))}# end`;
        this.text += this.#style.eol;
      } else {
        this.text += this.#style.eol;
        this.#block(value, depth + this.#style.indent, path);
      }
    }
  }

  #flow(tree: Tree, steps: Step[]): void {
    if (typeof tree === 'string') {
      const start = this.text.length;
      this.text += this.#scalar(tree);
      this.leaves.push({ start, end: this.text.length, steps });
      return;
    }
    const [open, close] = Array.isArray(tree) ? '[]' : '{}';
    this.text += open;
    for (const [index, [key, value]] of Object.entries(tree).entries()) {
      if (index > 0) this.text += this.#draw(2) === 0 ? ',' : ' , ';
      if (!Array.isArray(tree)) this.text += `${JSON.stringify(key)}: `;
      this.#flow(value, [...steps, Array.isArray(tree) ? { kind: 'index', index } : { kind: 'key', key }]);
    }
    this.text += close;
  }

  #scalar(value: string): string {
    const style = this.#draw(3);
    if (style === 0 && /^[a-xz][a-mo-z]{3,}$/.test(value) && !/^(?:true|false|null)/.test(value)) return value;
    return style === 1 ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
  }
}

const word = fc.oneof(fc.stringMatching(/^[a-z]{4,8}$/), fc.stringMatching(/^[ -~é-ü]{0,10}$/));
const key = fc.oneof(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom('a.b/c', 'odd key', 'x]y', '1', 'on', 'é'));
export const tree = fc.letrec<{ tree: Tree; map: { [key: string]: Tree } }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.array(tie('tree'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc.dictionary(key, tie('tree'), { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
}));
export const style = fc.record<Style>({
  eol: fc.constantFrom('\n', '\r\n'),
  indent: fc.integer({ min: 2, max: 5 }),
  bom: fc.boolean(),
  choices: fc.array(fc.nat({ max: 209 }), { minLength: 1, maxLength: 60 }),
});
export const newValue = fc.oneof(
  word,
  fc.constantFrom('1.10', '12345e10', '0123', 'on', '12:30', '~', '', 'a: b', '- x', 'a #b', '🚀', '[x', "it's", '"q"'),
);

export function withValue(data: Tree, [step, ...rest]: readonly Step[], value: string): Tree {
  if (step === undefined) return value;
  const copy = structuredClone(data) as Record<string, Tree>;
  const name = step.kind === 'index' ? String(step.index) : step.kind === 'key' ? step.key : '';
  copy[name] = withValue(copy[name] as Tree, rest, value);
  return copy;
}

/** The new text is the old one with any single line of text instead of each named scalar. */
export function expectOutside(old: string, now: string, leaves: Leaf[]): void {
  const sorted = leaves.sort((a, b) => a.start - b.start);
  const pieces = [
    ...sorted.map(({ start }, index) => old.slice(sorted[index - 1]?.end ?? 0, start)),
    old.slice(sorted.at(-1)?.end),
  ];
  const literal = (piece: string): string => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  expect(now).toMatch(new RegExp(`^${pieces.map(literal).join('[^\\r\\n]*?')}$`));
}
