import type { Budget } from './budget.ts';
import { noOverload, UnsupportedError } from './errors.ts';
import { fieldOf } from './fields.ts';
import { anyDecides, isTrue } from './logic.ts';
import { toKey } from './operators.ts';
import type { Expression } from './parse.ts';
import type { Scope } from './scope.ts';
import { isList, isMap, type Key, NONE, Optional, type Value } from './values.ts';

type Call = Extract<Expression, { kind: 'call' }>;

/** How the arguments of a macro are evaluated. */
export interface MacroContext {
  budget: Budget;
  evaluate(expression: Expression, scope: Scope): Value;
}

/** What a macro works with. */
interface Macro {
  target: Expression;
  parts: readonly Expression[];
  scope: Scope;
  context: MacroContext;
}

/**
 * The macros of CEL, whose arguments are evaluated for each item, or not at all.
 * Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#macros, and ext/comprehensions.go of
 * https://github.com/google/cel-go for those with two variables
 * @returns `undefined` when the call is not one of a macro
 */
export function evaluateMacro(call: Call, scope: Scope, context: MacroContext): Value | undefined {
  const { name, target, arguments: parts } = call;
  if (target === undefined) return name === 'has' && parts.length === 1 ? has(parts[0], scope, context) : undefined;
  if (target.kind === 'identifier' && target.name === 'cel' && name === 'bind') return bind(parts, scope, context);
  const macro = Object.hasOwn(MACROS, name) ? MACROS[name] : undefined;
  return macro?.({ target, parts, scope, context });
}

function has(part: Expression | undefined, scope: Scope, context: MacroContext): boolean {
  if (part?.kind !== 'select') throw new UnsupportedError('the argument of has() is not supported');
  const operand = context.evaluate(part.operand, scope);
  if (!(operand instanceof Optional)) return fieldOf(operand, part.field) !== undefined;
  return operand.value !== undefined && fieldOf(operand.value, part.field) !== undefined;
}

function bind([variable, init, result]: readonly Expression[], scope: Scope, context: MacroContext): Value {
  if (init === undefined || result === undefined) throw new UnsupportedError('cel.bind() needs three arguments');
  return context.evaluate(result, scope.with({ [nameOf(variable)]: context.evaluate(init, scope) }));
}

function nameOf(variable: Expression | undefined): string {
  if (variable?.kind !== 'identifier') throw new UnsupportedError('a variable of a macro must be a name');
  return variable.name;
}

const quantifier =
  (kind: 'all' | 'exists') =>
  (macro: Macro): boolean => {
    const { scopes, rest } = iterate(macro, 1);
    const deciding = kind === 'exists';
    const decides = anyDecides(scopes, (scope) => isTrue(macro.context.evaluate(rest[0], scope)), deciding);
    return decides ? deciding : !deciding;
  };

const existsOne = (macro: Macro): boolean => {
  const { scopes, rest } = iterate(macro, 1);
  return scopes.filter((scope) => isTrue(macro.context.evaluate(rest[0], scope))).length === 1;
};

/** `map(x, result)` and `map(x, condition, result)` */
const map = (macro: Macro): Value[] => {
  const { scopes, rest } = iterate(macro, macro.parts.length - 1, 1);
  return transform(scopes, rest, macro.context);
};

const filter = (macro: Macro): Value => {
  const { scopes, rest, items } = iterate(macro, 1, 1);
  return items.filter((_, position) => isTrue(macro.context.evaluate(rest[0], scopes[position] ?? macro.scope)));
};

function transform(scopes: readonly Scope[], rest: readonly Expression[], context: MacroContext): Value[] {
  const [condition, result] = rest.length === 2 ? rest : [undefined, rest[0]];
  return scopes
    .filter((scope) => condition === undefined || isTrue(context.evaluate(condition, scope)))
    .map((scope) => context.evaluate(result as Expression, scope));
}

/** `transformList(key, value, [condition,] result)` */
const transformList = (macro: Macro): Value[] => {
  const { scopes, rest } = iterate(macro, macro.parts.length - 2, 2);
  return transform(scopes, rest, macro.context);
};

const transformMap = (macro: Macro): Value => {
  const { scopes, rest, keys } = iterate(macro, macro.parts.length - 2, 2);
  const results = scopes.map((scope) => transform([scope], rest, macro.context));
  return new Map(
    results.flatMap(([result], position) => (result === undefined ? [] : [[toKey(keys[position] ?? null), result]])),
  );
};

const optMap = (macro: Macro): Value => {
  const result = withOptional(macro);
  return result === undefined ? NONE : new Optional(result);
};

const optFlatMap = (macro: Macro): Value => withOptional(macro) ?? NONE;

function withOptional({ target, parts: [variable, result], scope, context }: Macro): Value | undefined {
  const optional = context.evaluate(target, scope);
  if (!(optional instanceof Optional) || result === undefined) throw noOverload('optMap', [optional]);
  if (optional.value === undefined) return undefined;
  return context.evaluate(result, scope.with({ [nameOf(variable)]: optional.value }));
}

const MACROS: Readonly<Record<string, (macro: Macro) => Value>> = {
  all: quantifier('all'),
  exists: quantifier('exists'),
  exists_one: existsOne,
  existsOne,
  map,
  filter,
  transformList,
  transformMap,
  optMap,
  optFlatMap,
};

interface Iteration {
  /** A scope with the variables for each item. */
  scopes: Scope[];
  /** The arguments after the variables. */
  rest: readonly [Expression, ...Expression[]];
  keys: readonly Value[];
  /** What one variable stands for: an item of a list, or a key of a map. */
  items: readonly Value[];
}

/**
 * @param count how many arguments follow the variables
 * @param variables how many variables there are; one or two by the number of arguments when it is not given
 */
function iterate({ target, parts, scope, context }: Macro, count: number, variables?: 1 | 2): Iteration {
  const names = parts.slice(0, parts.length - count).map(nameOf);
  const [first, second] = names;
  const [result, ...others] = parts.slice(parts.length - count);
  const isComplete = variables === undefined ? names.length === 1 || names.length === 2 : names.length === variables;
  if (!isComplete || first === undefined || result === undefined)
    throw new UnsupportedError('the arguments of a macro are not supported');
  const container = context.evaluate(target, scope);
  const entries = entriesOf(container);
  context.budget.spend(entries.length);
  return {
    scopes: entries.map(([key, value]) =>
      scope.with(
        second === undefined ? { [first]: isList(container) ? value : key } : { [first]: key, [second]: value },
      ),
    ),
    rest: [result, ...others],
    keys: entries.map(([key]) => key),
    items: entries.map(([key, value]) => (isList(container) ? value : key)),
  };
}

function entriesOf(container: Value): [key: Key, value: Value][] {
  if (isList(container)) return container.map((value, position) => [BigInt(position), value]);
  if (isMap(container)) return [...container];
  throw noOverload('a macro', [container]);
}
