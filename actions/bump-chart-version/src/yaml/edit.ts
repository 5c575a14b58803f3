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

/** A path whose last keys are not there yet, and the value they lead to. */
export interface Addition {
  gap: Gap;
  scalar: NewScalar;
}

/** New keys with their values, or with more keys below them. */
type Branch = Map<string, Branch | NewScalar>;

/**
 * Add keys that stand below the same first missing key of one mapping: a line each, in the manner of the keys that are there. The first
 * edit carries the text of all.
 * @param options.after the key behind which the new lines go; the last one when left out or not there
 * @param options.follows another key is added to the same mapping just before
 */
export function insert(
  additions: readonly [Addition, ...Addition[]],
  options: { after?: string | undefined; follows?: boolean } = {},
): Edit[] | { problem: string } {
  const { gap } = additions[0];
  const branch: Branch = new Map();
  for (const { gap: each, scalar } of additions) {
    if (!grow(branch, each.keys, scalar)) {
      return { problem: `${gap.file.path}: ${each.path} shall be both a value and a mapping` };
    }
  }
  const splice = gap.map?.flow
    ? inFlow(gap.map, branch, options.follows === true)
    : inBlock(gap, branch, options.after);
  return additions.map(({ gap: { document, trail, keys }, scalar }, index) => ({
    splice: index === 0 ? splice : { ...splice, text: '' },
    document,
    trail,
    added: keys,
    scalar,
  }));
}

/** Put a value below its keys; `false` when another value stands in the way. */
function grow(branch: Branch, [key = '', ...rest]: readonly string[], scalar: NewScalar): boolean {
  const there = branch.get(key);
  if (rest.length === 0) {
    branch.set(key, scalar);
    return there === undefined;
  }
  if (there !== undefined && !(there instanceof Map)) return false;
  const below: Branch = there ?? new Map();
  branch.set(key, below);
  return grow(below, rest, scalar);
}

function inFlow(map: YAMLMap, branch: Branch, follows: boolean): Splice {
  const text = flowText(branch);
  const last = map.items.at(-1);
  const place = last === undefined ? (map.range?.[0] ?? 0) + 1 : pairEnd(last as Pair<ParsedNode, ParsedNode | null>);
  return { start: place, end: place, text: last === undefined && !follows ? text : `, ${text}` };
}

const flowText = (branch: Branch): string =>
  [...branch]
    .map(
      ([key, value]) =>
        `${keyIn(key, true)}: ${value instanceof Map ? `{${flowText(value)}}` : render(value, undefined, true)}`,
    )
    .join(', ');

function inBlock({ file, map, pair }: Gap, branch: Branch, after: string | undefined): Splice {
  const eol = /\r?\n/.exec(file.text)?.[0] ?? '\n';
  const block = blockLines(branch, indentOf(file, map, pair)).join(eol);
  const place =
    map === undefined && pair === undefined
      ? file.text.length
      : lineEnd(file.text, map === undefined ? pairEnd(pair as Pair<ParsedNode, null>) : lastLine(map, after));
  const atLineStart =
    place === 0 || file.text.charAt(place - 1) === '\n' || (place === 1 && file.text.startsWith('\ufeff'));
  return { start: place, end: place, text: atLineStart ? `${block}${eol}` : `${eol}${block}` };
}

const blockLines = (branch: Branch, indent: string): string[] =>
  [...branch].flatMap(([key, value]) => {
    const line = `${indent}${keyIn(key, false)}:`;
    return value instanceof Map
      ? [line, ...blockLines(value, `${indent}  `)]
      : [`${line} ${render(value, undefined, false)}`];
  });

const keyIn = (key: string, flow: boolean): string => render({ text: key, as: 'string' }, undefined, flow);

function indentOf(file: YamlFile, map: YAMLMap | undefined, pair: Pair | undefined): string {
  const sibling = map?.items[0] ?? pair;
  if (sibling === undefined) return '';
  return ' '.repeat(columnOf(file, sibling.key as ParsedNode) + (map === undefined ? 2 : 0));
}

/** How far a block mapping's key stands from the start of its line. */
function columnOf(file: YamlFile, key: ParsedNode): number {
  const lineStart = file.text.lastIndexOf('\n', key.range[0] - 1) + 1;
  return key.range[0] - lineStart - (file.text.charAt(lineStart) === '\ufeff' ? 1 : 0);
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
