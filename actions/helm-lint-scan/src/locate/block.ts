import { type Definition, includeOf } from './definitions.ts';
import { type NamedLine, nameLines } from './names.ts';
import { type Meaning, meaningOf, startingAt } from './scope.ts';
import type { TemplateLine } from './template-lines.ts';

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
  inserted: readonly Meaning[];
}

export function deepest(walks: readonly (Walk | undefined)[]): Walk | undefined {
  let best: Walk | undefined;
  for (const walk of walks) if (walk !== undefined && walk.depth > (best?.depth ?? 0)) best = walk;
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
export interface Found {
  line: NamedLine;
  sure: boolean;
  below: Block;
  /** What is included on its own line. */
  onLine: readonly Block[];
  /** The values that are put below it as they are. */
  inserted(): readonly Meaning[];
}

/** Templates that include one another, one in the other: more levels are not followed. */
const DEEPEST_INCLUDE = 50;

/**
 * Lines of a template that belong together: a document, or what stands below a key. What is found out about them is kept, as
 * many resources come from the same lines.
 */
export class Block {
  readonly #context: Context;
  readonly #lines: readonly NamedLine[];
  readonly #keys = new Map<string, Found>();
  readonly #items = new Map<number, Found>();
  #column: number | undefined;
  #starts: { keys: ReadonlyMap<string, number>; items: readonly number[] } | undefined;
  #insertions: { line: NamedLine; action: string }[] | undefined;
  #included: Block[] | undefined;

  constructor(context: Context, lines: readonly NamedLine[]) {
    this.#context = context;
    this.#lines = lines;
  }

  get file(): string {
    return this.#context.file;
  }

  key(key: string): Found | undefined {
    const start = this.#index().keys.get(key);
    const line = this.#lines[start ?? -1];
    if (start === undefined || line === undefined) return undefined;
    const known = this.#keys.get(key) ?? this.#found(line, this.#below(start, line));
    this.#keys.set(key, known);
    return known;
  }

  /** In a `range` one item of the template makes many. */
  item(index: number): Found | undefined {
    const { items } = this.#index();
    const chosen = Math.min(index, items.length - 1);
    const from = items[chosen];
    const line = this.#lines[from ?? -1];
    if (from === undefined || line === undefined) return undefined;
    const known = this.#items.get(chosen) ?? this.#found(line, this.#lines.slice(from, items[chosen + 1]));
    this.#items.set(chosen, known);
    return { ...known, sure: chosen === index };
  }

  /** The templates that are included at the level of the block's own keys. */
  get included(): readonly Block[] {
    this.#included ??= this.#inserted().flatMap(({ line, action }) => this.#include(line, action) ?? []);
    return this.#included;
  }

  /** The values that are put into the block as they are. */
  get values(): Meaning[] {
    return this.#inserted()
      .filter(({ action }) => /oYaml\b/.test(action))
      .map(({ line, action }) => meaningOf(action, line.names));
  }

  #found(line: NamedLine, lines: readonly NamedLine[]): Found {
    const below = new Block(this.#context, lines);
    const onLine = line.actions.flatMap((action) => this.#include(line, action) ?? []);
    let inserted: Meaning[] | undefined;
    return {
      line,
      sure: true,
      below,
      onLine,
      inserted() {
        inserted ??= [below, ...below.included, ...onLine].flatMap(({ values }) => values);
        return inserted;
      },
    };
  }

  /** The lines below a key. */
  #below(start: number, line: NamedLine): NamedLine[] {
    const column = this.#ownColumn();
    const below: NamedLine[] = [];
    for (let at = start + 1; at < this.#lines.length; at++) {
      const next = this.#lines[at] as NamedLine;
      // The items of a list may stand right below their key.
      const belongs = next.directive || next.indent > column || (next.indent === column && next.item && !line.item);
      if (!belongs) break;
      below.push(next);
    }
    return below;
  }

  /** The column of the block's own keys. */
  #ownColumn(): number {
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
    const column = this.#ownColumn();
    const keys = new Map<string, number>();
    let dash = Number.POSITIVE_INFINITY;
    for (const [at, line] of this.#lines.entries()) {
      if (line.key !== undefined && keyColumn(line) === column && !keys.has(line.key)) keys.set(line.key, at);
      if (line.item && !line.directive) dash = Math.min(dash, line.indent);
    }
    return { keys, items: this.#lines.flatMap((line, at) => (line.item && line.indent === dash ? [at] : [])) };
  }

  /** Lines that put something into the block beside its own keys: `{{- toYaml .Values.x | nindent 4 }}`, `{{- include "labels" . | nindent 4 }}`. */
  #inserted(): { line: NamedLine; action: string }[] {
    const column = this.#ownColumn();
    this.#insertions ??= this.#lines.flatMap((line) => {
      const action = line.directive
        ? line.actions.find((each) => /\b(?:toYaml|mustToYaml|include|template)\b/.test(each))
        : undefined;
      if (action === undefined) return [];
      const indent = Number(/\bn?indent (\d+)/.exec(action)?.[1] ?? line.indent);
      return column === Number.POSITIVE_INFINITY || indent === column ? [{ line, action }] : [];
    });
    return this.#insertions;
  }

  /** What a line includes, with what the argument means there. */
  #include(line: NamedLine, action: string): Block | undefined {
    const { defined, visited, budget } = this.#context;
    const include = includeOf(action);
    const definition = include === undefined ? undefined : defined.get(include.name);
    if (include === undefined || definition === undefined || visited.includes(include.name)) return undefined;
    if (visited.length >= DEEPEST_INCLUDE || budget.includes <= 0) return undefined;
    budget.includes -= 1;
    const dot = meaningOf(include.argument.replace(/\|.*$/, ''), line.names);
    const context = { ...this.#context, file: definition.file, visited: [...visited, include.name] };
    return new Block(context, nameLines(definition.lines, startingAt(dot)));
  }
}

/** Where a line's key begins: behind the dash when it starts an item. */
function keyColumn({ indent, item, text }: TemplateLine): number {
  return item ? indent + 1 + (text.slice(1).length - text.slice(1).trimStart().length) : indent;
}

/** What `key: {{ .Values.x }}` takes its value from, when it takes it from one place. */
export function inlineValue(line: NamedLine): Meaning {
  const meanings = line.actions.map((action) => meaningOf(action, line.names)).filter(({ is }) => is === 'values');
  return meanings.length === 1 ? (meanings[0] as Meaning) : { is: 'unknown' };
}
