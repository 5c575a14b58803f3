import { type Meaning, meaningOf, type Names, UNKNOWN, valuesAt } from './scope.ts';
import type { TemplateLine } from './template-lines.ts';

/** A line with what `.` and the variables mean there. */
export interface NamedLine extends TemplateLine {
  names: Names;
}

/** Follow `with`, `range` and `$x :=` through the lines. */
export function nameLines(lines: readonly TemplateLine[], start: Names): NamedLine[] {
  const follower = new Follower(start);
  return lines.map((line) => {
    for (const action of line.actions) follower.step(action);
    return { ...line, names: follower.names };
  });
}

interface Block {
  dot: Meaning;
  /** How many changes of variables were made before it. */
  changes: number;
}

interface Change {
  name: string;
  before: Meaning | undefined;
}

/** Values that a variable has had, oldest first. */
type History = { since: number; meaning: Meaning | undefined }[];

/**
 * Every change of a variable is kept once with its time, and the names of a line are a time: a copy of all variables for each line
 * would grow with the square of the template.
 */
class Follower {
  readonly #start: Names;
  readonly #histories = new Map<string, History>();
  readonly #blocks: Block[] = [];
  /** Those that the end of a block takes back. */
  readonly #changes: Change[] = [];
  #dot: Meaning;
  #time = 0;

  constructor(start: Names) {
    this.#start = start;
    this.#dot = start.dot;
  }

  get names(): Names {
    const time = this.#time;
    return { dot: this.#dot, variable: (name) => this.#variable(name, time) };
  }

  step(action: string): void {
    const assigned = /^(\$\w+)\s*:?=\s*(.+)$/.exec(action);
    if (assigned !== null) {
      this.#assign(assigned[1] as string, meaningOf(assigned[2] as string, this.names));
      return;
    }
    const [, keyword = '', rest = ''] = /^(with|range|if|define|block|end|else)\b\s*(.*)$/.exec(action) ?? [];
    if (keyword === 'end') this.#goBack(this.#blocks.pop());
    else if (keyword === 'else') this.#goBack(this.#blocks.at(-1));
    else if (keyword !== '') this.#blocks.push({ dot: this.#dot, changes: this.#changes.length });
    if (keyword === 'with') this.#enter(rest, (meaning) => meaning);
    if (keyword === 'range') this.#enter(rest, anyItem);
  }

  /** `with $x := EXPRESSION` and `range $key, $value := EXPRESSION` name what they enter. */
  #enter(text: string, change: (meaning: Meaning) => Meaning): void {
    const declared = /^(?:\$\w+\s*,\s*)?(\$\w+)\s*:=\s*(.+)$/.exec(text);
    this.#dot = change(meaningOf(declared?.[2] ?? text, this.names));
    if (declared !== null) this.#assign(declared[1] as string, this.#dot);
  }

  #assign(name: string, meaning: Meaning): void {
    this.#changes.push({ name, before: this.#variable(name, this.#time) });
    this.#set(name, meaning);
  }

  #goBack(block: Block | undefined): void {
    if (block === undefined) return;
    this.#dot = block.dot;
    while (this.#changes.length > block.changes) {
      const { name, before } = this.#changes.pop() as Change;
      this.#set(name, before);
    }
  }

  #set(name: string, meaning: Meaning | undefined): void {
    const history = this.#histories.get(name) ?? [{ since: 0, meaning: this.#start.variable(name) }];
    history.push({ since: ++this.#time, meaning });
    this.#histories.set(name, history);
  }

  #variable(name: string, time: number): Meaning | undefined {
    const history = this.#histories.get(name);
    if (history === undefined) return this.#start.variable(name);
    let [low, high] = [0, history.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((history[middle]?.since ?? 0) <= time) low = middle;
      else high = middle - 1;
    }
    return history[low]?.meaning;
  }
}

const anyItem = (meaning: Meaning): Meaning => (meaning.is === 'values' ? valuesAt([...meaning.path, '*']) : UNKNOWN);
