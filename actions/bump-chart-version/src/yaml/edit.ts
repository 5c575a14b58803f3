import { isScalar, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import type { Gap, Target, Trail } from './locate.ts';
import { type NewScalar, render } from './scalar.ts';
import type { YamlFile } from './source.ts';

/** Replace the text from `start` to `end` (UTF-16 units). */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** One planned change of a file: what is written where, and what it shall mean afterwards. */
export interface Edit {
  splice: Splice;
  document: number;
  /** The scalar that changes, or the mapping that gets a key. */
  trail: Trail;
  /** The keys that are added below the mapping; empty when a scalar is replaced. */
  added: readonly string[];
  scalar: NewScalar;
}

/** Write a new value over a scalar, or into its empty place. */
export function replace(target: Target, scalar: NewScalar): Edit | { problem: string } {
  const { document, trail, file } = target;
  const text = render(scalar, target.scalar?.type as Parameters<typeof render>[1], target.flow);
  const edit = (splice: Splice): Edit => ({ splice, document, trail, added: [], scalar });
  const [start, end] = target.scalar?.range ?? [0, 0];
  if (target.scalar !== undefined && end > start) return edit({ start, end, text });
  const place = emptyPlace(target);
  if (place === undefined) {
    return {
      problem: `${file.path}:${target.line}: ${target.path} has no ":" that a value could follow; write it as a key with a value first`,
    };
  }
  const before = /\s/.test(file.text.charAt(place - 1)) ? '' : ' ';
  const after = /^(?:\s|[,\]}]|$)/.test(file.text.slice(place, place + 1)) ? '' : ' ';
  return edit({ start: place, end: place, text: `${before}${text}${after}` });
}

/** Where a value goes that is not there yet: after the colon, or after its anchor and tag. */
function emptyPlace({ pair, scalar, file }: Target): number | undefined {
  if (pair === undefined)
    return scalar?.range?.[0] === undefined ? undefined : afterIndicator(file.text, scalar.range[0]);
  const tokens = (pair.srcToken as { sep?: { type: string; offset: number; source: string }[] } | undefined)?.sep ?? [];
  const last = tokens.findLast(({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag');
  return last === undefined ? undefined : last.offset + last.source.length;
}

/** An empty item's range may stand after white space or on the next line: go back to the "-" (or ",") that opened it. */
function afterIndicator(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at--;
  return at;
}

/**
 * Add the missing keys of a path with their value: one line a key, in the manner of the keys that are there.
 * @param options.after the key behind which the new line goes; the last one when left out or not there
 * @param options.follows another key is added to the same mapping just before
 */
export function insert(gap: Gap, scalar: NewScalar, options: { after?: string; follows?: boolean } = {}): Edit {
  const { file, document, trail, map, keys } = gap;
  const eol = /\r?\n/.exec(file.text)?.[0] ?? '\n';
  const edit = (splice: Splice): Edit => ({ splice, document, trail, added: keys, scalar });
  const names = keys.map((key) => render({ text: key, as: 'string' }, undefined, map?.flow === true));
  if (map?.flow) {
    const value = `${names
      .slice(0, -1)
      .map((name) => `${name}: {`)
      .join('')}${names.at(-1)}: ${render(scalar, undefined, true)}${'}'.repeat(names.length - 1)}`;
    const last = map.items.at(-1);
    const place = last === undefined ? (map.range?.[0] ?? 0) + 1 : pairEnd(last as Pair<ParsedNode, ParsedNode | null>);
    return edit({ start: place, end: place, text: last === undefined && !options.follows ? value : `, ${value}` });
  }
  const indent = map === undefined ? '' : ' '.repeat(columnOf(file, map));
  const lines = names.map((name, depth) => `${indent}${'  '.repeat(depth)}${name}:`);
  const block = `${lines.join(eol)} ${render(scalar, undefined, false)}`;
  const place = map === undefined ? file.text.length : lineEnd(file.text, lastLine(map, options.after));
  const atLineStart =
    place === 0 || file.text.charAt(place - 1) === '\n' || (place === 1 && file.text.startsWith('\ufeff'));
  return edit({ start: place, end: place, text: atLineStart ? `${block}${eol}` : `${eol}${block}` });
}

/** How far a block mapping's keys stand from the start of their line. */
function columnOf(file: YamlFile, map: YAMLMap): number {
  const first = (map.items[0]?.key as ParsedNode | undefined)?.range[0] ?? 0;
  const lineStart = file.text.lastIndexOf('\n', first - 1) + 1;
  return first - lineStart - (file.text.charAt(lineStart) === '\ufeff' ? 1 : 0);
}

/** The end of the pair after which a new line goes: of the named sibling, else of the last one. */
function lastLine(map: YAMLMap, after: string | undefined): number {
  const sibling = map.items.find((pair) => isScalar(pair.key) && pair.key.value === after);
  return pairEnd((sibling ?? map.items.at(-1)) as Pair<ParsedNode, ParsedNode | null>);
}

/** Where the text of a pair ends: behind its value, or behind its colon when there is none. */
function pairEnd(pair: Pair<ParsedNode, ParsedNode | null>): number {
  const tokens = (pair.srcToken as { sep?: { type: string; offset: number; source: string }[] } | undefined)?.sep ?? [];
  const marks = tokens.filter(({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag');
  const colon = marks.at(-1);
  const value = pair.value;
  const ends = [
    pair.key.range[1],
    colon === undefined ? 0 : colon.offset + colon.source.length,
    value === null ? 0 : valueEnd(value),
  ];
  return Math.max(...ends);
}

function valueEnd(node: ParsedNode): number {
  if (!('items' in node) || node.flow) return node.range[1] > node.range[0] ? node.range[1] : 0;
  const last = node.items.at(-1);
  if (last === undefined) return node.range[1];
  return 'key' in last ? pairEnd(last as Pair<ParsedNode, ParsedNode | null>) : valueEnd(last as ParsedNode);
}

/** The start of the line after `offset`, or the end of the text; a block scalar's end is a line's start already. */
function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text.charAt(offset - 1) === '\n') return offset;
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}
