import type { Path } from '../data.ts';
import { type NamedLine, nameLines } from './names.ts';
import { type Meaning, meaningOf, type Names, ROOT } from './scope.ts';
import { segments, type TemplateLine, templateLines } from './template-lines.ts';

/** The templates of a chart that others may include, by the name in `define`. */
export interface Definition {
  file: string;
  lines: TemplateLine[];
}

export interface Walk {
  file: string;
  /** 1-based: the deepest key of the path that was found. */
  line: number;
  /** Steps of the path that lead to it. */
  depth: number;
  /** Whether nothing had to be guessed on the way. */
  sure: boolean;
  /** What the line's value is taken from. */
  value: Meaning;
  /** What else is put into the block below that key. */
  inserted: Meaning[];
}

/** The `define` blocks of a template. */
export function definitions(file: string, text: string): [name: string, definition: Definition][] {
  const found: [string, Definition][] = [];
  let open: { name: string; lines: TemplateLine[]; depth: number } | undefined;
  for (const line of templateLines(text)) {
    let ends = false;
    for (const action of line.actions) {
      const name = /^define\s+"([^"]+)"/.exec(action)?.[1];
      if (name !== undefined) open = { name, lines: [], depth: 0 };
      else if (open !== undefined && /^(with|range|if|block)\b/.test(action)) open.depth++;
      else if (open !== undefined && /^end\b/.test(action) && open.depth-- === 0) ends = true;
    }
    if (open === undefined) continue;
    if (ends) {
      found.push([open.name, { file, lines: open.lines }]);
      open = undefined;
    } else if (!line.actions.some((action) => action.startsWith('define '))) open.lines.push(line);
  }
  return found;
}

/** Which document of the template a resource comes from. */
export interface Wanted {
  kind: string;
  ordinal: number;
  siblings: number;
  path: Path;
}

/** Follow a resource's path through the template that made it, and through what that includes. */
export function walkTemplate(
  file: string,
  text: string,
  wanted: Wanted,
  defined: ReadonlyMap<string, Definition>,
): Walk | undefined {
  const lines = templateLines(text);
  const named = new Map(nameLines(lines, ROOT).map((line) => [line.number, line]));
  const parts = segments(lines).map((part) => part.map((line) => named.get(line.number) as NamedLine));
  const choice = chooseSegment(parts, wanted, defined);
  if (choice === undefined) return undefined;
  const walk = descend({ file, lines: choice.lines, defined, visited: [] }, wanted.path, 0);
  return walk === undefined ? undefined : { ...walk, sure: walk.sure && choice.sure };
}

function chooseSegment(parts: NamedLine[][], wanted: Wanted, defined: ReadonlyMap<string, Definition>) {
  const saysKind = (part: readonly TemplateLine[]): boolean => {
    const kind = part.find(({ key, indent, item }) => key === 'kind' && indent === 0 && !item);
    return kind !== undefined && new RegExp(`^kind:\\s*["']?${wanted.kind}["']?\\s*(#.*)?$`).test(kind.text);
  };
  const includesKind = (part: readonly TemplateLine[]): boolean =>
    includes(part).some(({ name }) => saysKind(defined.get(name)?.lines ?? []));
  const own = parts.filter((part) => saysKind(part) || includesKind(part));
  const fitting = own.length > 0 ? own : parts;
  const sure = own.length > 0 && (own.length === 1 || own.length === wanted.siblings);
  const lines = fitting[own.length === wanted.siblings ? wanted.ordinal : 0] ?? fitting[0];
  return lines === undefined ? undefined : { lines, sure };
}

interface Include {
  name: string;
  argument: string;
}

const includes = (lines: readonly TemplateLine[]): Include[] =>
  lines.flatMap(({ actions }) => actions.flatMap((action) => includeOf(action) ?? []));

function includeOf(action: string): Include | undefined {
  const match = /\b(?:include|template)\s+"([^"]+)"\s*(.*)$/.exec(action);
  return match === null ? undefined : { name: match[1] as string, argument: match[2] as string };
}

interface Block {
  file: string;
  lines: readonly NamedLine[];
  defined: ReadonlyMap<string, Definition>;
  /** Names of templates on the way here, so that one that includes itself ends. */
  visited: readonly string[];
}

/** Find the path in a block; the deepest place wins, whether it stands in the block or in something it includes. */
function descend(block: Block, path: Path, depth: number): Walk | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return undefined;
  const found = typeof step === 'number' ? findItem(block, step) : findKey(block, step);
  if (found !== undefined) {
    const onLine = found.line.actions.flatMap((action) => includedBlock(block, found.line, action) ?? []);
    const below = { ...block, lines: found.below };
    const here: Walk = {
      file: block.file,
      line: found.line.number,
      depth: depth + 1,
      sure: found.sure,
      value: inlineValue(found.line),
      inserted: [below, ...includedBlocks(below), ...onLine].flatMap(({ lines }) => inserted(lines)),
    };
    const deeper = deepest([below, ...onLine].map((each) => descend(each, rest, depth + 1)));
    return deeper === undefined ? here : { ...deeper, sure: deeper.sure && found.sure };
  }
  return deepest(includedBlocks(block).map((each) => descend(each, path, depth)));
}

function deepest(walks: readonly (Walk | undefined)[]): Walk | undefined {
  return walks.filter((walk) => walk !== undefined).sort((one, other) => other.depth - one.depth)[0];
}

const includedBlocks = (block: Block): Block[] =>
  insertions(block.lines).flatMap(({ line, action }) => includedBlock(block, line, action) ?? []);

/** What a line includes, with what the argument means there. */
function includedBlock({ defined, visited }: Block, line: NamedLine, action: string): Block | undefined {
  const include = includeOf(action);
  const definition = include === undefined ? undefined : defined.get(include.name);
  if (include === undefined || definition === undefined) return undefined;
  if (visited.includes(include.name)) return undefined;
  const dot = meaningOf(include.argument.replace(/\|.*$/, ''), line.names);
  const names: Names = { dot, variables: new Map([['$', dot]]) };
  return {
    file: definition.file,
    lines: nameLines(definition.lines, names),
    defined,
    visited: [...visited, include.name],
  };
}

interface Found {
  line: NamedLine;
  below: NamedLine[];
  sure: boolean;
}

const ownIndent = (lines: readonly NamedLine[]): number =>
  Math.min(...lines.filter(({ directive }) => !directive).map(keyColumn));

/** Where a line's key begins: behind the dash when it starts an item. */
function keyColumn({ indent, item, text }: TemplateLine): number {
  return item ? indent + 1 + (text.slice(1).length - text.slice(1).trimStart().length) : indent;
}

function findKey({ lines }: Block, key: string): Found | undefined {
  const column = ownIndent(lines);
  const start = lines.findIndex((line) => line.key === key && keyColumn(line) === column);
  const line = lines[start];
  if (line === undefined) return undefined;
  const below: NamedLine[] = [];
  for (const next of lines.slice(start + 1)) {
    // The items of a list may stand right below their key.
    const belongs = next.directive || next.indent > column || (next.indent === column && next.item && !line.item);
    if (!belongs) break;
    below.push(next);
  }
  return { line, below, sure: true };
}

function findItem({ lines }: Block, index: number): Found | undefined {
  const dashes = lines.filter(({ item, directive }) => item && !directive).map(({ indent }) => indent);
  if (dashes.length === 0) return undefined;
  const indent = Math.min(...dashes);
  const starts = lines.flatMap((line, at) => (line.item && line.indent === indent ? [at] : []));
  // In a `range` one item of the template makes many.
  const chosen = Math.min(index, starts.length - 1);
  const from = starts[chosen] ?? 0;
  const line = lines[from];
  if (line === undefined) return undefined;
  return { line, below: lines.slice(from, starts[chosen + 1]), sure: chosen === index };
}

/** What `key: {{ .Values.x }}` takes its value from, when it takes it from one place. */
function inlineValue(line: NamedLine): Meaning {
  const meanings = line.actions.map((action) => meaningOf(action, line.names)).filter(({ is }) => is === 'values');
  return meanings.length === 1 ? (meanings[0] as Meaning) : { is: 'unknown' };
}

/** Lines that put something into a block beside its own keys: `{{- toYaml .Values.x | nindent 4 }}`, `{{- include "labels" . | nindent 4 }}`. */
function insertions(lines: readonly NamedLine[]): { line: NamedLine; action: string }[] {
  const column = ownIndent(lines);
  return lines.flatMap((line) => {
    const action = line.directive
      ? line.actions.find((each) => /\b(?:toYaml|mustToYaml|include|template)\b/.test(each))
      : undefined;
    if (action === undefined) return [];
    const indent = Number(/\bn?indent (\d+)/.exec(action)?.[1] ?? line.indent);
    return column === Number.POSITIVE_INFINITY || indent === column ? [{ line, action }] : [];
  });
}

/** The values that are put into a block as they are. */
const inserted = (lines: readonly NamedLine[]): Meaning[] =>
  insertions(lines)
    .filter(({ action }) => /oYaml\b/.test(action))
    .map(({ line, action }) => meaningOf(action, line.names));
