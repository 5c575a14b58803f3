import { EvaluationError, noOverload, UnsupportedError } from './errors.ts';
import { toKey } from './operators.ts';
import { isInt, isList, isMap, NONE, ObjectValue, Optional, type Value } from './values.ts';

/** The value of a field, `undefined` when it is absent. */
export function fieldOf(operand: Value, field: string): Value | undefined {
  if (isMap(operand)) return operand.get(field);
  if (!(operand instanceof ObjectValue)) throw noOverload(`.${field}`, [operand]);
  const value = operand.fields.get(field);
  if (value === undefined && !operand.declares(field)) throw new UnsupportedError(`the schema has no ${field}`);
  return value;
}

export function select(operand: Value, field: string, optional: boolean): Value {
  // Behind an optional, everything is optional.
  if (operand instanceof Optional)
    return operand.value === undefined ? NONE : new Optional(fieldOf(operand.value, field));
  const value = fieldOf(operand, field);
  if (optional) return value === undefined ? NONE : new Optional(value);
  if (value === undefined) throw new EvaluationError(`no such key: ${field}`);
  return value;
}

export function index(operand: Value, key: Value, optional: boolean): Value {
  if (operand instanceof Optional) return operand.value === undefined ? NONE : new Optional(itemOf(operand.value, key));
  const value = itemOf(operand, key);
  if (optional) return value === undefined ? NONE : new Optional(value);
  if (value !== undefined) return value;
  throw new EvaluationError(isList(operand) ? `index out of bounds: ${key}` : `no such key: ${key}`);
}

function itemOf(operand: Value, key: Value): Value | undefined {
  if (isMap(operand)) return operand.get(toKey(key));
  if (operand instanceof ObjectValue && typeof key === 'string') return fieldOf(operand, key);
  const position = typeof key === 'number' && Number.isInteger(key) ? BigInt(key) : key;
  if (!isList(operand) || !isInt(position)) throw noOverload('[]', [operand, key]);
  return position < 0n ? undefined : operand[Number(position)];
}
