import { at, isData, type Path } from '../data.ts';
import type { Block } from './block.ts';
import { matchesText, parsePattern, type TextPattern } from './patterns.ts';
import { itemPath, resolveExpression } from './scope.ts';

/** A text that was rendered from an item of a `range`, so that the item can be recognized. */
export interface Constraint {
  /** Where the text is in the values, with `*` for the item; it ends with `*` if the text is the item's key. */
  path: Path;
  isKey: boolean;
  pattern: TextPattern;
  /** The position of its action in the pattern. */
  action: number;
  rendered: string;
}

/** The constraints from the scalars of rendered mappings. */
export function collectConstraints(rendered: readonly { block: Block; value: unknown }[]): Constraint[] {
  const [root] = rendered;
  const metadata = root?.block.choose('metadata', root.value);
  const named = metadata?.sure
    ? metadata.entries.map(({ nested }) => ({ block: nested, value: at(root?.value, 'metadata') }))
    : [];
  return [...rendered, ...named].flatMap(({ block, value }) => (isData(value) ? readConstraints(block, value) : []));
}

function readConstraints(block: Block, value: Record<string, unknown>): Constraint[] {
  return block.ranged.flatMap(({ key, line }) => {
    const rendered = value[key];
    if (typeof rendered === 'object' || rendered === undefined) return [];
    const pattern = parsePattern(line.value);
    if (pattern === undefined) return [];
    return pattern.actions.flatMap((action, index) => {
      const path = itemPath(resolveExpression(action, line.scope));
      if (path === undefined) return [];
      return [{ ...path, pattern, action: index, rendered: String(rendered) }];
    });
  });
}

/** Whether an item with this text can have rendered what the constraint says. */
export const allowsText = ({ pattern, action, rendered }: Constraint, text: string): boolean =>
  matchesText(pattern, rendered, (index) => (index === action ? text : undefined));

/**
 * The texts that the item can have, of those with the given lengths; `undefined` if any could be.
 * Only a text with unknown ones on at most one side can be cut out.
 */
export function possibleTexts(
  { pattern: { literals, actions }, action, rendered }: Constraint,
  lengths: readonly number[],
): string[] | undefined {
  const before = literals[action]?.trimStart() ?? '';
  const after = literals[action + 1]?.trimEnd() ?? '';
  if (action === 0) {
    const start = before.length;
    if (actions.length === 1) return [rendered.slice(start, rendered.length - after.length)];
    return lengths.map((length) => rendered.slice(start, start + length));
  }
  if (action < actions.length - 1) return undefined;
  const end = rendered.length - after.length;
  return lengths.map((length) => rendered.slice(Math.max(0, end - length), end));
}
