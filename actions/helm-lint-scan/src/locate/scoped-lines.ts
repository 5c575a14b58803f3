import { resolveExpression, type TemplateScope, UNKNOWN, type ValueSource, valuesSource } from './scope.ts';
import type { TemplateLine } from './template-lines.ts';

/** A line with what `.` and the variables refer to. */
export interface ScopedLine extends TemplateLine {
  scope: TemplateScope;
}

/** Add its scope to each line, from `with`, `range` and `$x :=`. */
export function addScopes(lines: readonly TemplateLine[], start: TemplateScope): ScopedLine[] {
  const reassigned = new Set(
    lines.flatMap(({ actions }) => actions.flatMap((action) => REASSIGNED.exec(action)?.[1] ?? [])),
  );
  const tracker = new ScopeTracker(start, reassigned);
  return lines.map((line) => {
    for (const action of line.actions) tracker.step(action);
    return { ...line, scope: tracker.scope };
  });
}

/** `$x = …`: in a branch or a `range` it is known only when rendering which value the variable has, also on lines before. */
const REASSIGNED = /^(\$\w*)\s*=\s/;

interface Block {
  dot: ValueSource;
  /** The number of variable changes before it. */
  changes: number;
}

interface Change {
  name: string;
  before: ValueSource | undefined;
}

/** The values of a variable over time, oldest first. */
type History = { since: number; source: ValueSource | undefined }[];

/**
 * Stores each change of a variable once, with its time; the scope of a line refers to a time. A copy of all variables for each line
 * would take quadratic space.
 */
class ScopeTracker {
  readonly #start: TemplateScope;
  readonly #reassigned: ReadonlySet<string>;
  readonly #histories = new Map<string, History>();
  readonly #blocks: Block[] = [];
  /** The changes that the end of a block reverts. */
  readonly #changes: Change[] = [];
  #dot: ValueSource;
  #time = 0;
  #ranges = 0;

  constructor(start: TemplateScope, reassigned: ReadonlySet<string>) {
    this.#start = start;
    this.#reassigned = reassigned;
    this.#dot = start.dot;
  }

  get scope(): TemplateScope {
    const time = this.#time;
    return { dot: this.#dot, variable: (name) => this.#variable(name, time) };
  }

  step(action: string): void {
    const assigned = /^(\$\w*)\s*:?=\s*(.+)$/.exec(action);
    if (assigned !== null) {
      this.#assign(assigned[1] as string, resolveExpression(assigned[2] as string, this.scope));
      return;
    }
    const [, keyword = '', rest = ''] = /^(with|range|if|define|block|end|else)\b\s*(.*)$/.exec(action) ?? [];
    if (keyword === 'end') this.#revert(this.#blocks.pop());
    else if (keyword === 'else') this.#revert(this.#blocks.at(-1));
    else if (keyword !== '') this.#blocks.push({ dot: this.#dot, changes: this.#changes.length });
    if (keyword === 'with') this.#enter(rest, (source) => source);
    if (keyword === 'range') {
      const id = `${++this.#ranges} ${rest}`;
      this.#enter(rest, (source) => itemSource(source, id));
    }
  }

  /** `with $x := EXPRESSION` and `range $key, $value := EXPRESSION` also assign variables. */
  #enter(text: string, change: (source: ValueSource) => ValueSource): void {
    const declared = /^(?:(\$\w+)\s*,\s*)?(\$\w+)\s*:=\s*(.+)$/.exec(text);
    this.#dot = change(resolveExpression(declared?.[3] ?? text, this.scope));
    if (declared === null) return;
    const [, key, value = ''] = declared;
    this.#assign(value, this.#dot);
    if (key !== undefined) this.#assign(key, this.#dot.is === 'values' ? { is: 'key', path: this.#dot.path } : UNKNOWN);
  }

  #assign(name: string, source: ValueSource): void {
    this.#changes.push({ name, before: this.#variable(name, this.#time) });
    this.#set(name, this.#reassigned.has(name) ? UNKNOWN : source);
  }

  #revert(block: Block | undefined): void {
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

const itemSource = (source: ValueSource, id: string): ValueSource =>
  source.is === 'values' ? valuesSource([...source.path, '*']) : source.is === 'unknown' ? { is: 'text', id } : UNKNOWN;

/** The source of the value in `key: {{ .Values.x }}`; unknown unless there is exactly one. */
export function inlineValue(line: ScopedLine): ValueSource {
  if (line.actions.some((action) => /^(?:if|with|range|else|end|block)\b/.test(action))) return UNKNOWN;
  const sources = line.actions
    .map((action) => resolveExpression(action, line.scope))
    .filter(({ is }) => is !== 'unknown');
  return sources.length === 1 ? (sources[0] as ValueSource) : UNKNOWN;
}
