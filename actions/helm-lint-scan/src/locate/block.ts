import { at, isData } from '../data.ts';
import { align, type Element } from './alignment.ts';
import { type Definition, parseInclude } from './definitions.ts';
import { type Frame, isWithin } from './frames.ts';
import { findInsertions, type InsertedAction } from './insertions.ts';
import { createMatcher, isCompleteFlow } from './patterns.ts';
import { createScope, itemPath, resolveExpression, UNKNOWN, type ValueSource } from './scope.ts';
import { addScopes, type ScopedLine } from './scoped-lines.ts';
import { keyColumn } from './template-lines.ts';

/** The context in which lines are read. */
export interface Context {
  file: string;
  defined: ReadonlyMap<string, Definition>;
  /** The names of the templates that include these lines, so that a template that includes itself ends. */
  visited: readonly string[];
  /** How many more templates may be included in the document. */
  budget: { includes: number };
}

/** A key or an item of a block. */
export interface BlockEntry {
  file: string;
  line: ScopedLine;
  /** What is below it; for an item, also what is on its line. */
  nested: Block;
  /** Whether it is rendered whenever its block is. */
  required: boolean;
  /** Whether it can have rendered a value. */
  matches(value: unknown): boolean;
  /** Whether lines after its branch continue it: they may continue what another branch began. */
  spills: boolean;
  /** Whether the line contains the whole value, however deep. */
  whole: boolean;
}

/** The entries that can have rendered something, the most likely first. */
export interface Choice {
  entries: readonly BlockEntry[];
  /** Whether nothing but the first can. */
  sure: boolean;
  /** The sources of values that can have rendered it instead. */
  sources: readonly ValueSource[];
}

/** What an action inserts. */
interface Insertion {
  line: ScopedLine;
  /** The column of what is inserted, if it is known. */
  column: number | undefined;
  source: ValueSource;
  block: Block | undefined;
  /** Whether the block or the source is exactly what is inserted. */
  plain: boolean;
}

/** The maximum number of items that are compared with one that no alignment explains. */
const MAX_COMPARED = 20;

/** The maximum depth of templates that include each other. */
const MAX_INCLUDE_DEPTH = 50;

/** What can render items of the list: an item of the template, an insertion, or a line that cannot be read. */
interface ListElement extends Element {
  line: ScopedLine;
  entry?: BlockEntry;
  insertion?: Insertion;
}

interface BlockOptions {
  context: Context;
  lines: readonly ScopedLine[];
  /** The frame of the block itself. */
  base: Frame | undefined;
  /** The line with the key of the block. */
  head?: ScopedLine;
}

/**
 * Lines of a template that belong together: a document, or the lines below a key. Results are cached, because many resources can come
 * from the same lines.
 */
export class Block {
  readonly #context: Context;
  readonly #lines: readonly ScopedLine[];
  readonly #base: Frame | undefined;
  readonly #head: ScopedLine | undefined;
  readonly #matches = new WeakMap<object, boolean>();
  readonly #alignments = new WeakMap<readonly unknown[], readonly (readonly number[])[]>();
  readonly #choices = new WeakMap<object, Map<string | number, Choice>>();
  #column: number | undefined;
  #entries: { keys: ReadonlyMap<string, BlockEntry[]>; items: readonly BlockEntry[]; dash: number } | undefined;
  #insertions: readonly Insertion[] | undefined;
  #elements: readonly ListElement[] | undefined;
  #opaque: readonly ScopedLine[] | undefined;
  #ranged: readonly { key: string; line: ScopedLine }[] | undefined;

  constructor({ context, lines, base, head }: BlockOptions) {
    this.#context = context;
    this.#lines = lines;
    this.#base = base;
    this.#head = head;
  }

  /** The first line with a key or an item, also of a template that is included. */
  get first(): { file: string; line: number } | undefined {
    const line = this.#lines.find(({ directive }) => !directive);
    if (line !== undefined) return { file: this.#context.file, line: line.number };
    return this.#inserted()
      .map(({ block }) => block?.first)
      .find((first) => first !== undefined);
  }

  /** The keys at its level, set on one line, with an action that reads an item of a `range`. */
  get ranged(): readonly { key: string; line: ScopedLine }[] {
    this.#ranged ??= [...this.#read().keys].flatMap(([key, [entry, ...others]]) => {
      if (entry === undefined || others.length > 0) return [];
      const { line } = entry;
      return line.actions.some((action) => itemPath(resolveExpression(action, line.scope)) !== undefined)
        ? [{ key, line }]
        : [];
    });
    return this.#ranged;
  }

  /** Whether the block can have rendered a value, as far as its text shows. */
  matches(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return this.#matchesScalar(value);
    const known = this.#matches.get(value);
    if (known !== undefined) return known;
    // For values that contain themselves through an alias.
    this.#matches.set(value, true);
    const result = Array.isArray(value) ? this.#align(value) !== NOTHING : isData(value) && this.#matchesMapping(value);
    this.#matches.set(value, result);
    return result;
  }

  /** What can have rendered a key of a mapping or an item of a list, or would render it if it is not there. */
  choose(step: string | number, holder: unknown): Choice {
    if (typeof holder !== 'object' || holder === null) return this.#choose(step, holder);
    const known = this.#choices.get(holder) ?? new Map<string | number, Choice>();
    this.#choices.set(holder, known);
    const choice = known.get(step) ?? this.#choose(step, holder);
    known.set(step, choice);
    return choice;
  }

  #choose(step: string | number, holder: unknown): Choice {
    return typeof step === 'number' ? this.#item(step, holder) : this.#key(step, holder);
  }

  #key(key: string, holder: unknown): Choice {
    const own = this.#read().keys.get(key) ?? [];
    const exists = isData(holder) && Object.hasOwn(holder, key);
    const [only] = own;
    if (exists && own.length === 1 && only?.required) return { entries: own, sure: true, sources: [] };
    const value = at(holder, key);
    if (own.some(({ spills }) => spills)) return { entries: own, sure: false, sources: [] };
    const viable = exists ? own.filter((entry) => entry.matches(value)) : own.filter(({ required }) => !required);
    const certain = viable.find(({ required }) => required);
    if (certain !== undefined) return { entries: [certain], sure: true, sources: [] };
    const inserted = this.#insertedAt(this.#keyColumn());
    const included = inserted.flatMap(({ block, plain }) => {
      const choice = block?.choose(key, holder);
      return choice === undefined ? [] : [plain ? choice : { ...choice, sure: false }];
    });
    const entries = [
      ...viable,
      ...included.flatMap((choice) => choice.entries.filter((entry) => !exists || entry.matches(value))),
    ];
    const sources = [
      ...inserted.flatMap(({ block, source }) => (block === undefined ? [source] : [])),
      ...included.flatMap((choice) => choice.sources),
    ];
    const sure = entries.length === 1 && included.every((choice) => choice.sure || choice.entries.length === 0);
    return { entries, sure: sure && this.#findOpaque().length === 0, sources };
  }

  #item(index: number, list: unknown): Choice {
    const { items } = this.#read();
    if (!Array.isArray(list)) return { entries: [], sure: false, sources: [] };
    const alignment = this.#align(list);
    const elements = this.#listElements();
    const found = (alignment[index] ?? []).flatMap((position) => elements[position] ?? []);
    if (alignment === NOTHING) {
      const fitting = items.length > MAX_COMPARED ? [] : items.filter((entry) => entry.matches(list[index]));
      const guess = items[Math.min(index, items.length - 1)];
      return { entries: fitting.length > 0 ? fitting : guess === undefined ? [] : [guess], sure: false, sources: [] };
    }
    const entries = found.flatMap(({ entry }) => entry ?? []);
    const insertions = found.flatMap(({ insertion }) => insertion ?? []);
    const continued = items.some(({ spills }) => spills);
    if (insertions.length === 0) return { entries, sure: entries.length === 1 && !continued, sources: [] };
    const [insertion] = insertions;
    if (insertions.length > 1 || insertion === undefined) return { entries, sure: false, sources: [] };
    const own = elements.findIndex((element) => element.insertion === insertion);
    const isOwn = (positions: readonly number[] | undefined) => positions?.length === 1 && positions[0] === own;
    let first = index;
    while (first > 0 && isOwn(alignment[first - 1])) first--;
    let end = index + 1;
    while (end < list.length && isOwn(alignment[end])) end++;
    const certain = isOwn(alignment[index]) && [first - 1, end].every((at) => (alignment[at]?.length ?? 1) === 1);
    const part = first === 0 && end === list.length ? list : list.slice(first, end);
    const inner = insertion.block?.choose(index - first, part);
    if (inner !== undefined)
      return {
        entries: [...inner.entries, ...entries],
        sure: inner.sure && certain && insertion.plain,
        sources: inner.sources,
      };
    return { entries, sure: false, sources: certain ? [itemOf(insertion.source, index - first)] : [] };
  }

  /** The only source of what the block renders, if there is one. */
  get whole(): ValueSource | undefined {
    if (this.#lines.some(({ directive }) => !directive)) return undefined;
    const inserted = this.#inserted();
    const [only] = inserted;
    if (only === undefined || inserted.length > 1) return undefined;
    return only.block === undefined ? only.source : only.plain ? only.block.whole : undefined;
  }

  /** The sources of values that are inserted into the block unchanged. */
  sources(column = this.#keyColumn()): ValueSource[] {
    return this.#insertedAt(column).flatMap(({ block, source }) => (block === undefined ? [source] : block.sources()));
  }

  #matchesScalar(value: unknown): boolean {
    if (this.#inserted().length > 0 || this.#findOpaque().length > 0) return true;
    const { keys, items } = this.#read();
    if ([...keys.values()].flat().some(({ required }) => required) || items.some(({ required }) => required))
      return false;
    return value === null || value === undefined;
  }

  #matchesMapping(value: Record<string, unknown>): boolean {
    const { keys, items } = this.#read();
    const inserts = this.#inserted().length > 0 || this.#findOpaque().length > 0;
    if (keys.size === 0 && items.length > 0 && !inserts) return false;
    for (const [key, entries] of keys) {
      const exists = Object.hasOwn(value, key);
      if (
        exists
          ? !inserts && !entries.some((entry) => entry.matches(value[key]))
          : entries.some(({ required }) => required)
      )
        return false;
      if (exists && inserts && entries.some((entry) => entry.required && !entry.matches(value[key]))) return false;
    }
    return inserts || Object.keys(value).every((key) => keys.has(key));
  }

  #align(list: readonly unknown[]): readonly (readonly number[])[] {
    const known = this.#alignments.get(list);
    if (known !== undefined) return known;
    const found = align(this.#listElements(), this.#base, list) ?? NOTHING;
    this.#alignments.set(list, found);
    return found;
  }

  #listElements(): readonly ListElement[] {
    this.#elements ??= this.#readElements();
    return this.#elements;
  }

  #readElements(): ListElement[] {
    const { items, dash } = this.#read();
    const inserting = (line: ScopedLine) => ({ line, frame: line.frame, inserts: true, matches: () => true });
    const elements: ListElement[] = [
      ...items.map((entry) => ({
        line: entry.line,
        entry,
        frame: entry.line.frame,
        inserts: false,
        matches: entry.matches,
      })),
      ...this.#insertedAt(dash).map((insertion) => ({ ...inserting(insertion.line), insertion })),
      ...this.#findOpaque().map(inserting),
    ];
    return elements.sort((a, b) => a.line.number - b.line.number);
  }

  #createEntry(line: ScopedLine, lines: readonly ScopedLine[]): BlockEntry {
    const value = line.value;
    const isItem = line.item && lines[0] === line;
    const content = isItem && line.key !== undefined ? lines : lines.filter((other) => other !== line);
    const nested = new Block({ context: this.#context, lines: content, base: line.frame, head: line });
    const below = {
      matches: (given: unknown) => nested.matches(given),
      continues: content.some(({ directive }) => !directive),
    };
    return {
      file: this.#context.file,
      line,
      nested,
      required: isWithin(this.#base, line.frame),
      spills: content.some((other) => !other.directive && !isWithin(other.frame, line.frame)),
      whole: !(isItem && line.key !== undefined) && isCompleteFlow(value),
      matches: isItem && line.key !== undefined ? below.matches : createMatcher(value, below),
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

  #read() {
    this.#entries ??= this.#readEntries();
    return this.#entries;
  }

  #readEntries() {
    const column = this.#keyColumn();
    const keys = new Map<string, BlockEntry[]>();
    const starts: number[] = [];
    const dash = this.#lines.reduce(
      (least, line) => (line.item && !line.directive && line !== this.#head ? Math.min(least, line.indent) : least),
      Number.POSITIVE_INFINITY,
    );
    const isList = dash < column;
    for (const [at, line] of this.#lines.entries()) {
      if (!isList && line.key !== undefined && keyColumn(line) === column) {
        const same = keys.get(line.key) ?? [];
        same.push(this.#createEntry(line, this.#linesBelow(at, line)));
        keys.set(line.key, same);
      }
      if (isList && line.item && line.indent === dash) starts.push(at);
    }
    return {
      keys,
      dash,
      items: starts.map((from, index) =>
        this.#createEntry(this.#lines[from] as ScopedLine, this.#lines.slice(from, starts[index + 1])),
      ),
    };
  }

  #inserted(): readonly Insertion[] {
    this.#insertions ??= this.#readInsertions();
    return this.#insertions;
  }

  /** Insertions at a column, or at an unknown one. */
  #insertedAt(column: number): readonly Insertion[] {
    return this.#inserted().filter(
      (insertion) =>
        insertion.column === undefined || column === Number.POSITIVE_INFINITY || insertion.column === column,
    );
  }

  #readInsertions(): Insertion[] {
    const context = { head: this.#head, column: this.#keyColumn(), included: this.#context.visited.length > 0 };
    return findInsertions(this.#lines, context).map((insertion) => this.#readInsertion(insertion));
  }

  #readInsertion({ line, action, column }: InsertedAction<ScopedLine>): Insertion {
    const include = parseInclude(action);
    const block = include === undefined ? undefined : this.#include(line, action);
    if (block !== undefined && include !== undefined) {
      const isKnown = this.#context.defined.get(include.name)?.ambiguous !== true;
      return { line, column, source: UNKNOWN, block, plain: include.plain && isKnown };
    }
    const source = include === undefined ? resolveExpression(action, line.scope) : UNKNOWN;
    return { line, column, source, block: undefined, plain: source.is !== 'unknown' };
  }

  /** Lines at the level of the block that can render anything. */
  #findOpaque(): readonly ScopedLine[] {
    if (this.#opaque !== undefined) return this.#opaque;
    const column = this.#keyColumn();
    this.#opaque = this.#lines.filter(
      (line) => (!line.directive && !line.item && line.key === undefined && line.indent <= column) || line.key === '<<',
    );
    return this.#opaque;
  }

  /** The template that an action includes, with its argument as the dot. */
  #include(line: ScopedLine, action: string): Block | undefined {
    const { defined, visited, budget } = this.#context;
    const include = parseInclude(action);
    const definition = include === undefined ? undefined : defined.get(include.name);
    if (include === undefined || definition === undefined || visited.includes(include.name)) return undefined;
    if (definition.lines.length === 0) return undefined;
    if (visited.length >= MAX_INCLUDE_DEPTH || budget.includes <= 0) return undefined;
    budget.includes -= 1;
    const dot = resolveExpression(include.argument, line.scope);
    const context = { ...this.#context, file: definition.file, visited: [...visited, include.name] };
    const lines = addScopes(definition.lines, createScope(dot));
    return new Block({ context, lines, base: definition.frame });
  }
}

/** The result for a list that the template cannot have rendered. */
const NOTHING: readonly (readonly number[])[] = [];

const itemOf = (source: ValueSource, index: number): ValueSource =>
  source.is === 'values' ? { is: 'values', path: [...source.path, index] } : UNKNOWN;
