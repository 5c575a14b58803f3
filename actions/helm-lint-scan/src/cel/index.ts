import { loadPatternEngine } from '../validation/patterns.ts';
import { Budget } from './budget.ts';
import { EvaluationError, UnsupportedError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import { identifiersIn, loadParser } from './parse.ts';
import { Scope } from './scope.ts';
import type { Value } from './values.ts';

export type Outcome =
  | { state: 'value'; value: Value }
  /** The evaluation fails in the API server too, such as for a missing key. */
  | { state: 'failed'; why: string }
  /** The result is not known: the rule uses something that is not supported, or takes too long. */
  | { state: 'unsupported'; why: string };

/** A compiled rule. */
export interface Rule {
  /** Whether the rule uses a variable. */
  uses(variable: string): boolean;
  /** @param budget limits the evaluation; shared by rules that may not take longer together */
  evaluate(variables: Readonly<Record<string, Value>>, budget?: Budget): Outcome;
}

/** Rules in CEL, the Common Expression Language: https://cel.dev. */
export interface Cel {
  /** @returns the rule, or why it is none, as the end of a sentence */
  compile(text: string): Rule | { problem: string };
}

/** The number of steps of one evaluation. They take less than a second. */
const MAX_STEPS = 1_000_000;

/** Loading takes 30 ms, so it is done only when there are rules. `toValue` makes values of data. */
export async function loadCel(): Promise<Cel> {
  const [parser, patterns] = await Promise.all([loadParser(), loadPatternEngine()]);
  return {
    compile(text) {
      const expression = parser.parse(text);
      if ('problem' in expression) return expression;
      const names = identifiersIn(expression);
      return {
        uses: (variable) => names.has(variable),
        evaluate: (variables, budget = new Budget(MAX_STEPS)) =>
          toOutcome(() => evaluate(expression, new Scope(variables), { budget, patterns })),
      };
    },
  };
}

function toOutcome(run: () => Value): Outcome {
  try {
    return { state: 'value', value: run() };
  } catch (error) {
    if (error instanceof EvaluationError) return { state: 'failed', why: error.message };
    if (error instanceof UnsupportedError) return { state: 'unsupported', why: error.message };
    if (error instanceof RangeError) return { state: 'unsupported', why: 'a value is too large' };
    throw error;
  }
}

export { Budget } from './budget.ts';
export * from './values.ts';
