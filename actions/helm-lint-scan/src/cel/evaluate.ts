import { UnsupportedError } from './errors.ts';
import { index, select } from './fields.ts';
import { callFunction } from './functions/index.ts';
import { anyDecides, isTrue } from './logic.ts';
import { evaluateMacro } from './macros.ts';
import { binary, negate, toKey } from './operators.ts';
import type { Expression } from './parse.ts';
import type { Context, Scope } from './scope.ts';
import { TypeValue, type Value } from './values.ts';

const TYPES = ['bool', 'bytes', 'double', 'int', 'list', 'map', 'null_type', 'string', 'type', 'uint'];

/**
 * @throws {EvaluationError} if the API server refuses the object for it too
 * @throws {UnsupportedError} if the result is not known
 */
export function evaluate(expression: Expression, scope: Scope, context: Context): Value {
  context.budget.spend(1);
  const value = (part: Expression): Value => evaluate(part, scope, context);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'identifier':
      return findVariable(expression.name, scope);
    case 'select':
      return select(value(expression.operand), expression.field, expression.optional);
    case 'index':
      return index(value(expression.operand), value(expression.index), expression.optional);
    case 'list':
      return expression.items.map(value);
    case 'map':
      return new Map(expression.entries.map(([key, item]) => [toKey(value(key)), value(item)]));
    case 'condition':
      return value(isTrue(value(expression.condition)) ? expression.yes : expression.no);
    case 'logical':
      return evaluateLogical(expression, value);
    case 'unary':
      return expression.operator === '-' ? negate(value(expression.operand)) : !isTrue(value(expression.operand));
    case 'binary':
      return binary(expression.operator, [value(expression.left), value(expression.right)], context.budget);
    case 'call':
      return (
        evaluateMacro(expression, scope, {
          budget: context.budget,
          evaluate: (part, inner) => evaluate(part, inner, context),
        }) ??
        callFunction(
          expression.name,
          { target: evaluateTarget(expression.target, scope, value), values: expression.arguments.map(value) },
          context,
        )
      );
  }
}

/** `sets.contains(…)`: the target of a function in a namespace is its name. */
function evaluateTarget(
  target: Expression | undefined,
  scope: Scope,
  value: (part: Expression) => Value,
): Value | { namespace: string } | undefined {
  if (target === undefined) return undefined;
  return target.kind === 'identifier' && NAMESPACES.includes(target.name) && scope.find(target.name) === undefined
    ? { namespace: target.name }
    : value(target);
}

const NAMESPACES = ['sets', 'strings', 'math', 'optional', 'ip', 'cidr', 'format'];

function findVariable(name: string, scope: Scope): Value {
  const found = scope.find(name);
  if (found !== undefined) return found;
  if (TYPES.includes(name)) return new TypeValue(name);
  throw new UnsupportedError(`${name} is not known`);
}

/** One side decides when it can, whatever the other side is, even an error. */
function evaluateLogical(
  { operator, left, right }: Extract<Expression, { kind: 'logical' }>,
  value: (part: Expression) => Value,
): boolean {
  const deciding = operator === '||';
  return anyDecides([left, right], (part) => isTrue(value(part)), deciding) ? deciding : !deciding;
}
