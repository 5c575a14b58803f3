import { type Definition, parseInclude } from './definitions.ts';
import { createScope, resolveExpression, type ValueSource } from './scope.ts';
import { addScopes, type ScopedLine } from './scoped-lines.ts';
import type { TemplateLine } from './template-lines.ts';

export interface TemplatePosition {
  file: string;
  /** 1-based: the line of the deepest key of the path that was found. */
  line: number;
  /** The number of steps of the path that lead to it. */
  depth: number;
  /** Whether no step had to be guessed. */
  sure: boolean;
  /** The source of the value on the line. */
  value: ValueSource;
  /** The sources of values that are inserted below that key. */
  inserted: readonly ValueSource[];
}

export function deepestPosition(positions: readonly (TemplatePosition | undefined)[]): TemplatePosition | undefined {
  let best: TemplatePosition | undefined;
  for (const position of positions) if (position !== undefined && position.depth > (best?.depth ?? 0)) best = position;
  return best;
}

/** The context in which lines are read. */
interface Context {
  file: string;
  defined: ReadonlyMap<string, Definition>;
  /** The names of the templates that include these lines, so that a template that includes itself ends. */
  visited: readonly string[];
  /** How many more templates may be included in the document. */
  budget: { includes: number };
}

/** A key or an item of a block. */
export interface BlockEntry {
  line: ScopedLine;
  sure: boolean;
  nested: Block;
  /** The templates that are included on its line. */
  inline: readonly Block[];
  /** The sources of values that are inserted below it unchanged. */
  inserted(): readonly ValueSource[];
}

/** The maximum depth of templates that include each other. */
const MAX_INCLUDE_DEPTH = 50;

/**
 * Lines of a template that belong together: a document, or the lines below a key. Results are cached, because many resources can come
 * from the same lines.
 */
export class Block {
  readonly #context: Context;
  readonly #lines: readonly ScopedLine[];
  readonly #keys = new Map<string, BlockEntry>();
  readonly #items = new Map<number, BlockEntry>();
  #column: number | undefined;
  #starts: { keys: ReadonlyMap<string, number>; items: readonly number[] } | undefined;
  #insertions: { line: ScopedLine; action: string }[] | undefined;
  #included: Block[] | undefined;

  constructor(context: Context, lines: readonly ScopedLine[]) {
    this.#context = context;
    this.#lines = lines;
  }

  get file(): string {
    return this.#context.file;
  }

  key(key: string): BlockEntry | undefined {
    const start = this.#index().keys.get(key);
    const line = this.#lines[start ?? -1];
    if (start === undefined || line === undefined) return undefined;
    const known = this.#keys.get(key) ?? this.#createEntry(line, this.#linesBelow(start, line));
    this.#keys.set(key, known);
    return known;
  }

  /** Inside a `range`, one item of the template renders many. */
  item(index: number): BlockEntry | undefined {
    const { items } = this.#index();
    const existing = Math.min(index, items.length - 1);
    const from = items[existing];
    const line = this.#lines[from ?? -1];
    if (from === undefined || line === undefined) return undefined;
    const known = this.#items.get(existing) ?? this.#createEntry(line, this.#lines.slice(from, items[existing + 1]));
    this.#items.set(existing, known);
    return { ...known, sure: existing === index };
  }

  /** The templates that are included at the level of the keys of the block. */
  get included(): readonly Block[] {
    this.#included ??= this.#findInsertions().flatMap(({ line, action }) => this.#include(line, action) ?? []);
    return this.#included;
  }

  /** The sources of values that are inserted into the block unchanged. */
  get values(): ValueSource[] {
    return this.#findInsertions()
      .filter(({ action }) => /oYaml\b/.test(action))
      .map(({ line, action }) => resolveExpression(action, line.scope));
  }

  #createEntry(line: ScopedLine, lines: readonly ScopedLine[]): BlockEntry {
    const nested = new Block(this.#context, lines);
    const inline = line.actions.flatMap((action) => this.#include(line, action) ?? []);
    let inserted: ValueSource[] | undefined;
    return {
      line,
      sure: true,
      nested,
      inline,
      inserted() {
        inserted ??= [nested, ...nested.included, ...inline].flatMap(({ values }) => values);
        return inserted;
      },
    };
  }

  /** The lines below a key. */
  #linesBelow(start: number, line: ScopedLine): ScopedLine[] {
    const column = this.#keyColumn();
    const below: ScopedLine[] = [];
    for (let at = start + 1; at < this.#lines.length; at++) {
      const next = this.#lines[at] as ScopedLine;
      // The items of a list may have the same indentation as their key.
      const belongs = next.directive || next.indent > column || (next.indent === column && next.item && !line.item);
      if (!belongs) break;
      below.push(next);
    }
    return below;
  }

  /** The column of the keys of the block. */
  #keyColumn(): number {
    this.#column ??= this.#lines.reduce(
      (least, line) => (line.directive ? least : Math.min(least, keyColumn(line))),
      Number.POSITIVE_INFINITY,
    );
    return this.#column;
  }

  #index() {
    this.#starts ??= this.#readStarts();
    return this.#starts;
  }

  #readStarts() {
    const column = this.#keyColumn();
    const keys = new Map<string, number>();
    let dash = Number.POSITIVE_INFINITY;
    for (const [at, line] of this.#lines.entries()) {
      if (line.key !== undefined && keyColumn(line) === column && !keys.has(line.key)) keys.set(line.key, at);
      if (line.item && !line.directive) dash = Math.min(dash, line.indent);
    }
    return { keys, items: this.#lines.flatMap((line, at) => (line.item && line.indent === dash ? [at] : [])) };
  }

  /** Lines that insert something into the block in addition to its keys: `{{- toYaml .Values.x | nindent 4 }}`, `{{- include "labels" . | nindent 4 }}`. */
  #findInsertions(): { line: ScopedLine; action: string }[] {
    const column = this.#keyColumn();
    this.#insertions ??= this.#lines.flatMap((line) => {
      const action = line.directive
        ? line.actions.find((action) => /\b(?:toYaml|mustToYaml|include|template)\b/.test(action))
        : undefined;
      if (action === undefined) return [];
      const indent = Number(/\bn?indent (\d+)/.exec(action)?.[1] ?? line.indent);
      return column === Number.POSITIVE_INFINITY || indent === column ? [{ line, action }] : [];
    });
    return this.#insertions;
  }

  /** The template that an action includes, with its argument as the dot. */
  #include(line: ScopedLine, action: string): Block | undefined {
    const { defined, visited, budget } = this.#context;
    const include = parseInclude(action);
    const definition = include === undefined ? undefined : defined.get(include.name);
    if (include === undefined || definition === undefined || visited.includes(include.name)) return undefined;
    if (visited.length >= MAX_INCLUDE_DEPTH || budget.includes <= 0) return undefined;
    budget.includes -= 1;
    const dot = resolveExpression(include.argument.replace(/\|.*$/, ''), line.scope);
    const context = { ...this.#context, file: definition.file, visited: [...visited, include.name] };
    return new Block(context, addScopes(definition.lines, createScope(dot)));
  }
}

/** The column of the key of a line: after the dash if the line starts an item. */
function keyColumn({ indent, item, text }: TemplateLine): number {
  return item ? indent + 1 + (text.slice(1).length - text.slice(1).trimStart().length) : indent;
}

/** The source of the value in `key: {{ .Values.x }}`; unknown unless there is exactly one. */
export function inlineValue(line: ScopedLine): ValueSource {
  const sources = line.actions
    .map((action) => resolveExpression(action, line.scope))
    .filter(({ is }) => is === 'values');
  return sources.length === 1 ? (sources[0] as ValueSource) : { is: 'unknown' };
}
