import type { PatternEngine } from '../validation/patterns.ts';
import type { Budget } from './budget.ts';
import type { Value } from './values.ts';

/** What an evaluation needs apart from the values of variables. */
export interface Context {
  budget: Budget;
  patterns: PatternEngine;
}

/** The variables of a place: those of the rule, and those of the macros around the place. */
export class Scope {
  readonly #values: Readonly<Record<string, Value>>;
  readonly #parent: Scope | undefined;

  constructor(values: Readonly<Record<string, Value>>, parent?: Scope) {
    this.#values = values;
    this.#parent = parent;
  }

  find(name: string): Value | undefined {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : this.#parent?.find(name);
  }

  with(values: Readonly<Record<string, Value>>): Scope {
    return new Scope(values, this);
  }
}
