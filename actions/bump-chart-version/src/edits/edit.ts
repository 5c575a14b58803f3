import { isScalar, type Pair, type ParsedNode, type YAMLMap } from 'yaml';
import type { ExistingNode, MissingKey } from '../yaml/locate.ts';
import { type NewScalar, type Place, render } from '../yaml/scalar.ts';
import type { NodePath, Splice, YamlFile } from '../yaml/source.ts';

/** One splice in a file, with what the file must mean afterwards. */
export interface Edit {
  splice: Splice;
  document: number;
  /** Leads to the scalar that changes, or to the mapping that gets a key. */
  nodePath: NodePath;
  /** The keys added below the mapping; empty when a scalar is replaced. */
  added: readonly string[];
  scalar: NewScalar;
}

/** Replaces a scalar, or fills in an empty value. */
export function replace(node: ExistingNode, scalar: NewScalar): Edit | { problem: string } {
  const { document, nodePath, file } = node;
  const text = render(scalar, node.scalar?.type as Parameters<typeof render>[1], placeIn(file, node.flow));
  const edit = (splice: Splice): Edit => ({ splice, document, nodePath, added: [], scalar });
  const [start, end] = node.scalar?.range ?? [0, 0];
  if (node.scalar !== undefined && end > start) return edit({ start, end, text });
  const offset = emptyValueOffset(node);
  if (offset === undefined) {
    return {
      problem: `${file.path}:${node.line}: ${node.path} has no ":" before its value; write it as a key with a value first`,
    };
  }
  const before = /\s/.test(file.text.charAt(offset - 1)) ? '' : ' ';
  const after = /^(?:\s|[,\]}]|$)/.test(file.text.slice(offset, offset + 1)) ? '' : ' ';
  return edit({ start: offset, end: offset, text: `${before}${text}${after}` });
}

const placeIn = (file: YamlFile, flow: boolean): Place => (file.isJson ? 'json' : flow ? 'flow' : 'block');

/** Where a missing value belongs: after the colon, or after its anchor and tag. */
function emptyValueOffset({ pair, scalar, file }: ExistingNode): number | undefined {
  if (pair === undefined)
    return scalar?.range?.[0] === undefined ? undefined : afterIndicator(file.text, scalar.range[0]);
  const tokens = (pair.srcToken as { sep?: { type: string; offset: number; source: string }[] } | undefined)?.sep ?? [];
  const last = tokens.findLast(({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag');
  return last === undefined ? undefined : last.offset + last.source.length;
}

/** An empty item's range can start after white space or on the next line: go back to the "-" or "," that opened it. */
function afterIndicator(text: string, offset: number): number {
  let start = offset;
  while (start > 0 && /\s/.test(text.charAt(start - 1))) start--;
  return start;
}

/** A path whose last keys are missing, and the value they lead to. */
export interface Addition {
  missingKey: MissingKey;
  scalar: NewScalar;
}

/** New keys, each with its value or with more keys below it. */
type KeyTree = Map<string, KeyTree | NewScalar>;

/**
 * Adds keys below the same first missing key of one mapping: one line per key, in the style of the existing keys. The first
 * edit carries the text of all.
 * @param options.after the key after which the new lines go; the last key when omitted or missing
 * @param options.isFollowing another key is added to the same mapping just before
 */
export function insert(
  additions: readonly [Addition, ...Addition[]],
  options: { after?: string | undefined; isFollowing?: boolean } = {},
): Edit[] | { problem: string } {
  const { missingKey } = additions[0];
  const tree: KeyTree = new Map();
  for (const addition of additions) {
    const { keys, path } = addition.missingKey;
    if (!addToTree(tree, keys, addition.scalar)) {
      return { problem: `${missingKey.file.path}: ${path} cannot be both a value and a mapping` };
    }
  }
  if (missingKey.map === undefined && missingKey.file.isJson) {
    return { problem: `${missingKey.file.path}: the file is empty; write {} into it first` };
  }
  const splice = missingKey.map?.flow
    ? inFlow(missingKey, tree, options.isFollowing === true)
    : inBlock(missingKey, tree, options.after);
  return additions.map(({ missingKey: { document, nodePath, keys }, scalar }, index) => ({
    splice: index === 0 ? splice : { ...splice, text: '' },
    document,
    nodePath,
    added: keys,
    scalar,
  }));
}

/** Adds a value below its keys; `false` when another value already has one of them. */
function addToTree(tree: KeyTree, [key = '', ...rest]: readonly string[], scalar: NewScalar): boolean {
  const existing = tree.get(key);
  if (rest.length === 0) {
    tree.set(key, scalar);
    return existing === undefined;
  }
  if (existing !== undefined && !(existing instanceof Map)) return false;
  const subtree: KeyTree = existing ?? new Map();
  tree.set(key, subtree);
  return addToTree(subtree, rest, scalar);
}

function inFlow({ file, map }: MissingKey, tree: KeyTree, isFollowing: boolean): Splice {
  const text = flowText(tree, placeIn(file, true));
  const last = map?.items.at(-1) as Pair<ParsedNode, ParsedNode | null> | undefined;
  const offset = last === undefined ? (map?.range?.[0] ?? 0) + 1 : pairEnd(last);
  if (last === undefined && !isFollowing) return { start: offset, end: offset, text };
  const separator = (file.isJson && last !== undefined && lineBreakBefore(file.text, last.key.range[0])) || ' ';
  return { start: offset, end: offset, text: `,${separator}${text}` };
}

/** The line break and indentation before a key that begins its line. */
const lineBreakBefore = (text: string, offset: number): string | undefined =>
  /\r?\n[ \t]*$/.exec(text.slice(0, offset))?.[0];

const flowText = (tree: KeyTree, place: Place): string =>
  [...tree]
    .map(
      ([key, value]) =>
        `${keyIn(key, place)}: ${value instanceof Map ? `{${flowText(value, place)}}` : render(value, undefined, place)}`,
    )
    .join(', ');

function inBlock({ file, map, pair }: MissingKey, tree: KeyTree, after: string | undefined): Splice {
  const eol = /\r?\n/.exec(file.text)?.[0] ?? '\n';
  const block = blockLines(tree, indentOf(file, map, pair)).join(eol);
  const offset =
    map === undefined && pair === undefined
      ? file.text.length
      : lineEnd(file.text, map === undefined ? pairEnd(pair as Pair<ParsedNode, null>) : lastLine(map, after));
  const atLineStart =
    offset === 0 || file.text.charAt(offset - 1) === '\n' || (offset === 1 && file.text.startsWith('\ufeff'));
  return { start: offset, end: offset, text: atLineStart ? `${block}${eol}` : `${eol}${block}` };
}

const blockLines = (tree: KeyTree, indent: string): string[] =>
  [...tree].flatMap(([key, value]) => {
    const line = `${indent}${keyIn(key, 'block')}:`;
    return value instanceof Map
      ? [line, ...blockLines(value, `${indent}  `)]
      : [`${line} ${render(value, undefined, 'block')}`];
  });

const keyIn = (key: string, place: Place): string => render({ text: key, as: 'string' }, undefined, place);

function indentOf(file: YamlFile, map: YAMLMap | undefined, pair: Pair | undefined): string {
  const sibling = map?.items[0] ?? pair;
  if (sibling === undefined) return '';
  return ' '.repeat(columnOf(file, sibling.key as ParsedNode) + (map === undefined ? 2 : 0));
}

/** The column of a block mapping's key, from 0. */
function columnOf(file: YamlFile, key: ParsedNode): number {
  const lineStart = file.text.lastIndexOf('\n', key.range[0] - 1) + 1;
  return key.range[0] - lineStart - (file.text.charAt(lineStart) === '\ufeff' ? 1 : 0);
}

/** The end of the pair after which a new line goes: the named sibling, or the last pair. */
function lastLine(map: YAMLMap, after: string | undefined): number {
  const sibling = map.items.find((pair) => isScalar(pair.key) && pair.key.value === after);
  return pairEnd((sibling ?? map.items.at(-1)) as Pair<ParsedNode, ParsedNode | null>);
}

/** Where the text of a pair ends: after its value, or after its colon when it has none. */
function pairEnd(pair: Pair<ParsedNode, ParsedNode | null>): number {
  const tokens = (pair.srcToken as { sep?: { type: string; offset: number; source: string }[] } | undefined)?.sep ?? [];
  const indicators = tokens.filter(({ type }) => type === 'map-value-ind' || type === 'anchor' || type === 'tag');
  const colon = indicators.at(-1);
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

/** The start of the line after `offset`, or the end of the text; the end of a block scalar is already the start of a line. */
function lineEnd(text: string, offset: number): number {
  if (offset > 0 && text.charAt(offset - 1) === '\n') return offset;
  const newline = text.indexOf('\n', offset);
  return newline === -1 ? text.length : newline + 1;
}
