import { type Definition, parseInclude } from './definitions.ts';
import { createScope, resolveExpression, type ValueSource } from './scope.ts';
import { addScopes, type ScopedLine } from './scoped-lines.ts';
import type { TemplateLine } from './template-lines.ts';

export interface TemplatePosition {
  file: string;
  /** 1-based: the deepest key of the path that was found. */
  line: number;
  /** Steps of the path that lead to it. */
  depth: number;
  /** Whether nothing had to be guessed on the way. */
  sure: boolean;
  /** What the line's value is taken from. */
  value: ValueSource;
  /** What else is put into the block below that key. */
  inserted: readonly ValueSource[];
}

export function deepestPosition(positions: readonly (TemplatePosition | undefined)[]): TemplatePosition | undefined {
  let best: TemplatePosition | undefined;
  for (const position of positions) if (position !== undefined && position.depth > (best?.depth ?? 0)) best = position;
  return best;
}

/** Where lines are read. */
interface Context {
  file: string;
  defined: ReadonlyMap<string, Definition>;
  /** Names of templates on the way here, so that one that includes itself ends. */
  visited: readonly string[];
  /** How many more templates may be included, in the whole of a document. */
  budget: { includes: number };
}

/** A key or an item of a block. */
export interface BlockEntry {
  line: ScopedLine;
  sure: boolean;
  nested: Block;
  /** What is included on its own line. */
  inline: readonly Block[];
  /** The values that are put below it as they are. */
  inserted(): readonly ValueSource[];
}

/** Templates that include one another, one in the other: more levels are not followed. */
const MAX_INCLUDE_DEPTH = 50;

/**
 * Lines of a template that belong together: a document, or what stands below a key. What is found out about them is kept, as
 * many resources come from the same lines.
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

  /** In a `range` one item of the template makes many. */
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

  /** The templates that are included at the level of the block's own keys. */
  get included(): readonly Block[] {
    this.#included ??= this.#findInsertions().flatMap(({ line, action }) => this.#include(line, action) ?? []);
    return this.#included;
  }

  /** The values that are put into the block as they are. */
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
      // The items of a list may stand right below their key.
      const belongs = next.directive || next.indent > column || (next.indent === column && next.item && !line.item);
      if (!belongs) break;
      below.push(next);
    }
    return below;
  }

  /** The column of the block's own keys. */
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

  /** Lines that put something into the block beside its own keys: `{{- toYaml .Values.x | nindent 4 }}`, `{{- include "labels" . | nindent 4 }}`. */
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

  /** What a line includes, with what the argument means there. */
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

/** Where a line's key begins: behind the dash when it starts an item. */
function keyColumn({ indent, item, text }: TemplateLine): number {
  return item ? indent + 1 + (text.slice(1).length - text.slice(1).trimStart().length) : indent;
}

/** What `key: {{ .Values.x }}` takes its value from, when it takes it from one place. */
export function inlineValue(line: ScopedLine): ValueSource {
  const sources = line.actions
    .map((action) => resolveExpression(action, line.scope))
    .filter(({ is }) => is === 'values');
  return sources.length === 1 ? (sources[0] as ValueSource) : { is: 'unknown' };
}
