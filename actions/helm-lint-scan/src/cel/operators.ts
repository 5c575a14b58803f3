import type { Budget } from './budget.ts';
import { EvaluationError, noOverload } from './errors.ts';
import {
  Duration,
  isInt,
  isList,
  isMap,
  isText,
  isUnordered,
  type Key,
  ObjectValue,
  OpaqueValue,
  Optional,
  Timestamp,
  TypeValue,
  type Value,
} from './values.ts';

const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

export function checkInt(value: bigint): bigint {
  if (value < MIN_INT || value > MAX_INT) throw new EvaluationError('integer overflow');
  return value;
}

/**
 * The operators of CEL.
 * Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions
 */
export function binary(operator: string, [left, right]: readonly [Value, Value], budget: Budget): Value {
  switch (operator) {
    case '==':
      return equal(left, right, budget);
    case '!=':
      return !equal(left, right, budget);
    case 'in':
      return contains(right, left, budget);
    case '<':
      return compare(left, right, operator) < 0;
    case '<=':
      return compare(left, right, operator) <= 0;
    case '>':
      return compare(left, right, operator) > 0;
    case '>=':
      return compare(left, right, operator) >= 0;
    case '+':
      return add(left, right, budget);
    default:
      return calculate(operator, left, right);
  }
}

function calculate(operator: string, left: Value, right: Value): Value {
  if (isInt(left) && isInt(right)) return calculateInt(operator, left, right);
  if (typeof left === 'number' && typeof right === 'number') {
    if (operator === '-') return left - right;
    if (operator === '*') return left * right;
    if (operator === '/') return left / right;
  }
  if (operator === '-') {
    if (left instanceof Timestamp && right instanceof Timestamp)
      return new Duration(left.nanoseconds - right.nanoseconds);
    if (left instanceof Timestamp && right instanceof Duration)
      return new Timestamp(left.nanoseconds - right.nanoseconds);
    if (left instanceof Duration && right instanceof Duration)
      return new Duration(left.nanoseconds - right.nanoseconds);
  }
  throw noOverload(operator, [left, right]);
}

function calculateInt(operator: string, left: bigint, right: bigint): bigint {
  if (operator === '-') return checkInt(left - right);
  if (operator === '*') return checkInt(left * right);
  if (operator !== '/' && operator !== '%') throw noOverload(operator, [left, right]);
  if (right === 0n) throw new EvaluationError(operator === '/' ? 'division by zero' : 'modulus by zero');
  return checkInt(operator === '/' ? left / right : left % right);
}

function add(left: Value, right: Value, budget: Budget): Value {
  if (isInt(left) && isInt(right)) return checkInt(left + right);
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (isText(left) && isText(right)) {
    budget.spend((left.length + right.length) / 10);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    if (isUnordered(left)) throw noOverload('+', [left, right]);
    budget.spend(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    budget.spend((left.length + right.length) / 10);
    return new Uint8Array([...left, ...right]);
  }
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.nanoseconds + right.nanoseconds);
  if (left instanceof Timestamp && right instanceof Duration)
    return new Timestamp(left.nanoseconds + right.nanoseconds);
  if (left instanceof Duration && right instanceof Timestamp)
    return new Timestamp(left.nanoseconds + right.nanoseconds);
  throw noOverload('+', [left, right]);
}

export function negate(value: Value): Value {
  if (isInt(value)) return checkInt(-value);
  if (typeof value === 'number') return -value;
  throw noOverload('-', [value]);
}

/** Negative, zero or positive. A comparison with NaN is false, whatever it asks. */
export function compare(left: Value, right: Value, operator: string): number {
  if (isNumeric(left) && isNumeric(right)) {
    if (left < right) return -1;
    if (left > right) return 1;
    return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0;
  }
  if (isText(left) && isText(right)) return compareBytes(Buffer.from(left), Buffer.from(right));
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  const [a, b] = [left, right].map((value) =>
    value instanceof Timestamp || value instanceof Duration ? value.nanoseconds : undefined,
  );
  if (a === undefined || b === undefined || left?.constructor !== right?.constructor)
    throw noOverload(operator, [left, right]);
  return a < b ? -1 : a > b ? 1 : 0;
}

const compareBytes = (left: Uint8Array, right: Uint8Array): number => Buffer.compare(left, right);

/** Values of different types are not equal, except numbers. */
export function equal(left: Value, right: Value, budget: Budget): boolean {
  budget.spend(1);
  if (left === right) return true;
  if (left === null || right === null) return false;
  // An int and a double are equal when their numbers are.
  if (typeof left !== 'object' || typeof right !== 'object')
    return typeof left !== typeof right && isNumeric(left) && isNumeric(right) && left <= right && left >= right;
  if (isList(left)) return isList(right) && equalLists(left, right, budget);
  if (isMap(left) || left instanceof ObjectValue) return equalEntries(left, right, budget);
  if (left instanceof Uint8Array) return right instanceof Uint8Array && compareBytes(left, right) === 0;
  if (left instanceof Timestamp) return right instanceof Timestamp && left.nanoseconds === right.nanoseconds;
  if (left instanceof Duration) return right instanceof Duration && left.nanoseconds === right.nanoseconds;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof OpaqueValue)
    return right instanceof OpaqueValue && left.type === right.type && left.identity === right.identity;
  if (!(left instanceof Optional && right instanceof Optional)) return false;
  if (left.value === undefined || right.value === undefined) return left.value === right.value;
  return equal(left.value, right.value, budget);
}

function equalLists(left: readonly Value[], right: readonly Value[], budget: Budget): boolean {
  if (left.length !== right.length) return false;
  const inOrder = left.every((item, index) => equal(item, right[index] ?? null, budget));
  if (!inOrder && (isUnordered(left) || isUnordered(right))) throw noOverload('==', [left, right]);
  return inOrder;
}

const isNumeric = (value: Value): value is bigint | number => isInt(value) || typeof value === 'number';

/** The entries of a map, and the fields of an object. */
const entriesOf = (value: Value): ReadonlyMap<Key, Value> | undefined =>
  isMap(value) ? value : value instanceof ObjectValue ? value.fields : undefined;

function equalEntries(left: Value, right: Value, budget: Budget): boolean {
  const [a, b] = [entriesOf(left), entriesOf(right)];
  if (a === undefined || b === undefined || a.size !== b.size) return false;
  return [...a].every(([key, value]) => {
    const other = b.get(key);
    return other !== undefined && equal(value, other, budget);
  });
}

function contains(container: Value, value: Value, budget: Budget): boolean {
  if (isList(container)) return container.some((item) => equal(item, value, budget));
  if (isMap(container)) return container.has(toKey(value));
  throw noOverload('in', [value, container]);
}

/** A whole double is the same key as the int. */
export function toKey(value: Value): Key {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (isText(value) || isInt(value) || typeof value === 'boolean') return value;
  throw noOverload('[]', [value]);
}
