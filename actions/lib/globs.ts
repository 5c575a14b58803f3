import type { Parsed } from './inputs.ts';
import { parseRepositoryPath } from './workspace.ts';

/** Patterns that the braces of one may stand for: each is looked for on its own. */
const MAX_EXPANSIONS = 1000;
/** Braces within braces. */
const MAX_DEPTH = 20;

/** What makes a glob take without end, or `undefined`: Node writes braces out, `{a,b}` 22 times as four million patterns. */
export function globProblem(pattern: string): string | undefined {
  return new Braces(pattern).count() > MAX_EXPANSIONS
    ? `stands for more than ${MAX_EXPANSIONS} patterns when its braces are written out`
    : undefined;
}

/** A path or a glob inside a repository, as Git writes it. */
export function parseRepositoryGlob(text: string): Parsed<string> {
  const path = parseRepositoryPath(text);
  if ('problem' in path) return path;
  const problem = globProblem(path.value);
  return problem === undefined ? path : { problem };
}

/** Counts what `a{b,c{d,e}}{1..9}` stands for; never less than it is. Source: https://github.com/juliangruber/brace-expansion */
class Braces {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  count(): number {
    return this.#sequence(0);
  }

  /** Parts in a row: each of one with each of the next. */
  #sequence(depth: number): number {
    if (depth > MAX_DEPTH) return Number.POSITIVE_INFINITY;
    let product = 1;
    for (; this.#at < this.#pattern.length; this.#at++) {
      const letter = this.#pattern[this.#at];
      if (depth > 0 && (letter === ',' || letter === '}')) break;
      if (letter === '{') product *= this.#group(depth);
    }
    return product;
  }

  /** Between braces: alternatives, or a range. Braces that do not close are counted as if they did. */
  #group(depth: number): number {
    const range = /^\{(-?\w+)\.\.(-?\w+)(?:\.\.-?\d+)?\}/.exec(
      this.#pattern.slice(this.#at, this.#at + MAX_RANGE_LENGTH),
    );
    if (range !== null) {
      this.#at += range[0].length - 1;
      return rangeSize(range[1] as string, range[2] as string);
    }
    let sum = 0;
    do {
      this.#at++;
      sum += this.#sequence(depth + 1);
    } while (this.#pattern[this.#at] === ',');
    return sum;
  }
}

const MAX_RANGE_LENGTH = 100;

/** Of `1..9` or `a..z`. */
function rangeSize(from: string, to: string): number {
  const ends = [from, to].map((end) => (/^-?\d+$/.test(end) ? Number(end) : (end.codePointAt(0) ?? 0)));
  return Math.abs((ends[1] ?? 0) - (ends[0] ?? 0)) + 1;
}
