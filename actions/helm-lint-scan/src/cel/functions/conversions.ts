import { EvaluationError } from '../errors.ts';
import { checkInt } from '../operators.ts';
import { Duration, isInt, isList, isMap, isText, Timestamp, TypeValue, typeName, type Value } from '../values.ts';
import type { CelFunction, FunctionTable } from './function.ts';
import { formatDuration, formatTimestamp } from './time-text.ts';

const failed = (type: string, value: Value): EvaluationError =>
  new EvaluationError(`type conversion error from '${typeName(value)}' to '${type}'`);

const size: CelFunction = ([value]) => {
  if (isText(value)) return BigInt([...value].length);
  if (isList(value) || value instanceof Uint8Array) return BigInt(value.length);
  return isMap(value) ? BigInt(value.size) : undefined;
};

function toInt(value: Value | undefined): bigint | undefined {
  if (isInt(value)) return value;
  if (value instanceof Timestamp) return value.nanoseconds / 1_000_000_000n;
  if (typeof value === 'number') {
    // Go converts only numbers strictly between the limits.
    if (!(value > -(2 ** 63) && value < 2 ** 63)) throw new EvaluationError('integer overflow');
    return BigInt(Math.trunc(value));
  }
  if (!isText(value)) return undefined;
  if (!/^[+-]?\d{1,30}$/.test(value)) throw failed('int', value);
  return checkInt(BigInt(value.replace(/^\+/, '')));
}

function toDouble(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (isInt(value)) return Number(value);
  // Go knows more notations: only the usual ones are certain.
  return isText(value) && /^[+-]?\d{1,30}(\.\d{1,30})?$/.test(value) ? Number(value) : undefined;
}

export function toText(value: Value | undefined): string | undefined {
  if (isText(value)) return value;
  if (isInt(value) || typeof value === 'boolean') return String(value);
  if (value instanceof Timestamp) return formatTimestamp(value);
  if (value instanceof Duration) return formatDuration(value);
  // The notation of large and small doubles differs from that of Go.
  if (typeof value === 'number' && Math.abs(value) < 1e6 && Math.abs(value) > 1e-4) return String(value);
  return undefined;
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...Object.fromEntries(['1', 't', 'T', 'true', 'TRUE', 'True'].map((text) => [text, true])),
  ...Object.fromEntries(['0', 'f', 'F', 'false', 'FALSE', 'False'].map((text) => [text, false])),
};

function toBool(value: Value | undefined): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (!isText(value)) return undefined;
  const result = Object.hasOwn(BOOLEANS, value) ? BOOLEANS[value] : undefined;
  if (result === undefined) throw failed('bool', value);
  return result;
}

/** Source: https://github.com/google/cel-spec/blob/master/doc/langdef.md#list-of-standard-definitions */
export const conversions: FunctionTable = {
  size,
  '.size': size,
  int: ([value]) => toInt(value),
  double: ([value]) => toDouble(value),
  string: ([value]) => toText(value),
  bool: ([value]) => toBool(value),
  dyn: ([value]) => value,
  type: ([value]) => (value === undefined ? undefined : new TypeValue(typeName(value))),
  bytes: ([value]) =>
    isText(value) ? new Uint8Array(Buffer.from(value)) : value instanceof Uint8Array ? value : undefined,
};
