import { resolveExpression, type TemplateScope, UNKNOWN, type ValueSource, valuesSource } from './scope.ts';
import type { TemplateLine } from './template-lines.ts';

/** A line with what `.` and the variables mean there. */
export interface ScopedLine extends TemplateLine {
  scope: TemplateScope;
}

/** Follow `with`, `range` and `$x :=` through the lines. */
export function addScopes(lines: readonly TemplateLine[], start: TemplateScope): ScopedLine[] {
  const tracker = new ScopeTracker(start);
  return lines.map((line) => {
    for (const action of line.actions) tracker.step(action);
    return { ...line, scope: tracker.scope };
  });
}

interface Block {
  dot: ValueSource;
  /** How many changes of variables were made before it. */
  changes: number;
}

interface Change {
  name: string;
  before: ValueSource | undefined;
}

/** Values that a variable has had, oldest first. */
type History = { since: number; source: ValueSource | undefined }[];

/**
 * Every change of a variable is kept once with its time, and the names of a line are a time: a copy of all variables for each line
 * would grow with the square of the template.
 */
class ScopeTracker {
  readonly #start: TemplateScope;
  readonly #histories = new Map<string, History>();
  readonly #blocks: Block[] = [];
  /** Those that the end of a block takes back. */
  readonly #changes: Change[] = [];
  #dot: ValueSource;
  #time = 0;

  constructor(start: TemplateScope) {
    this.#start = start;
    this.#dot = start.dot;
  }

  get scope(): TemplateScope {
    const time = this.#time;
    return { dot: this.#dot, variable: (name) => this.#variable(name, time) };
  }

  step(action: string): void {
    const assigned = /^(\$\w+)\s*:?=\s*(.+)$/.exec(action);
    if (assigned !== null) {
      this.#assign(assigned[1] as string, resolveExpression(assigned[2] as string, this.scope));
      return;
    }
    const [, keyword = '', rest = ''] = /^(with|range|if|define|block|end|else)\b\s*(.*)$/.exec(action) ?? [];
    if (keyword === 'end') this.#goBack(this.#blocks.pop());
    else if (keyword === 'else') this.#goBack(this.#blocks.at(-1));
    else if (keyword !== '') this.#blocks.push({ dot: this.#dot, changes: this.#changes.length });
    if (keyword === 'with') this.#enter(rest, (source) => source);
    if (keyword === 'range') this.#enter(rest, itemSource);
  }

  /** `with $x := EXPRESSION` and `range $key, $value := EXPRESSION` name what they enter. */
  #enter(text: string, change: (source: ValueSource) => ValueSource): void {
    const declared = /^(?:\$\w+\s*,\s*)?(\$\w+)\s*:=\s*(.+)$/.exec(text);
    this.#dot = change(resolveExpression(declared?.[2] ?? text, this.scope));
    if (declared !== null) this.#assign(declared[1] as string, this.#dot);
  }

  #assign(name: string, source: ValueSource): void {
    this.#changes.push({ name, before: this.#variable(name, this.#time) });
    this.#set(name, source);
  }

  #goBack(block: Block | undefined): void {
    if (block === undefined) return;
    this.#dot = block.dot;
    while (this.#changes.length > block.changes) {
      const { name, before } = this.#changes.pop() as Change;
      this.#set(name, before);
    }
  }

  #set(name: string, source: ValueSource | undefined): void {
    const history = this.#histories.get(name) ?? [{ since: 0, source: this.#start.variable(name) }];
    history.push({ since: ++this.#time, source });
    this.#histories.set(name, history);
  }

  #variable(name: string, time: number): ValueSource | undefined {
    const history = this.#histories.get(name);
    if (history === undefined) return this.#start.variable(name);
    let [low, high] = [0, history.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((history[middle]?.since ?? 0) <= time) low = middle;
      else high = middle - 1;
    }
    return history[low]?.source;
  }
}

const itemSource = (source: ValueSource): ValueSource =>
  source.is === 'values' ? valuesSource([...source.path, '*']) : UNKNOWN;
