import { EvaluationError, UnsupportedError } from '../cel/errors.ts';
import type { Budget, Value } from '../cel/index.ts';
import type { NamedExpression } from './own-rule.ts';

/**
 * The mapping `variables`. As in Kubernetes, an expression is evaluated when its variable is first used, so that one that fails does not
 * matter where it is not needed.
 */
export class LazyVariables extends Map<string, Value> {
  readonly #expressions: readonly NamedExpression[];
  readonly #scope: Readonly<Record<string, Value>>;
  readonly #budget: Budget;

  constructor(expressions: readonly NamedExpression[], scope: Readonly<Record<string, Value>>, budget: Budget) {
    super();
    this.#expressions = expressions;
    this.#scope = scope;
    this.#budget = budget;
  }

  override has(name: string): boolean {
    return this.#expressions.some((variable) => variable.name === name);
  }

  override get(name: string): Value | undefined {
    const index = this.#expressions.findIndex((variable) => variable.name === name);
    const variable = this.#expressions[index];
    if (variable === undefined || super.has(name)) return super.get(name);
    const before = new LazyVariables(this.#expressions.slice(0, index), this.#scope, this.#budget);
    const outcome = variable.expression.evaluate({ ...this.#scope, variables: before }, this.#budget);
    if (outcome.state === 'failed') throw new EvaluationError(`variables.${name}: ${outcome.why}`);
    if (outcome.state === 'unsupported') throw new UnsupportedError(`variables.${name}: ${outcome.why}`);
    super.set(name, outcome.value);
    return outcome.value;
  }
}
