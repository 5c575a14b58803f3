import type { Parsed } from '../runner/inputs.ts';
import { parseRepositoryPath } from './workspace.ts';

/** Patterns that the braces of a glob can expand to; each is searched separately. */
const MAX_EXPANSIONS = 1000;
/** Levels of nested braces. */
const MAX_DEPTH = 20;
/** Characters of a range such as `{1..9}`. */
const MAX_RANGE_LENGTH = 100;

/** Why a glob would take too long, or `undefined`. Node expands braces: `{a,b}` 22 times becomes four million patterns. */
export function globProblem(pattern: string): string | undefined {
  return new ExpansionCounter(pattern).count() > MAX_EXPANSIONS
    ? `expands to more than ${MAX_EXPANSIONS} patterns`
    : undefined;
}

/** A path or a glob inside a repository, as Git writes paths. */
export function parseRepositoryGlob(text: string): Parsed<string> {
  const path = parseRepositoryPath(text);
  if ('problem' in path) return path;
  const problem = globProblem(path.value);
  return problem === undefined ? path : { problem };
}

/** Counts the patterns that a glob such as `a{b,c{d,e}}{1..9}` expands to; the count is never too low. Source: https://github.com/juliangruber/brace-expansion */
class ExpansionCounter {
  readonly #pattern: string;
  #index = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  count(): number {
    return this.#sequence(0);
  }

  /** A sequence of parts: the product of their counts. */
  #sequence(depth: number): number {
    if (depth > MAX_DEPTH) return Number.POSITIVE_INFINITY;
    let product = 1;
    for (; this.#index < this.#pattern.length; this.#index++) {
      const character = this.#pattern[this.#index];
      if (depth > 0 && (character === ',' || character === '}')) break;
      if (character === '{') product *= this.#group(depth);
    }
    return product;
  }

  /** Braces: alternatives, or a range. Braces without an end are counted as if they had one. */
  #group(depth: number): number {
    const range = /^\{(-?\w+)\.\.(-?\w+)(?:\.\.-?\d+)?\}/.exec(
      this.#pattern.slice(this.#index, this.#index + MAX_RANGE_LENGTH),
    );
    if (range !== null) {
      this.#index += range[0].length - 1;
      return rangeSize(range[1] as string, range[2] as string);
    }
    let sum = 0;
    do {
      this.#index++;
      sum += this.#sequence(depth + 1);
    } while (this.#pattern[this.#index] === ',');
    return sum;
  }
}

/** The size of `1..9` or `a..z`. */
function rangeSize(from: string, to: string): number {
  const ends = [from, to].map((end) => (/^-?\d+$/.test(end) ? Number(end) : (end.codePointAt(0) ?? 0)));
  return Math.abs((ends[1] ?? 0) - (ends[0] ?? 0)) + 1;
}
