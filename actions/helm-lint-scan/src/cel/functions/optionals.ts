import { EvaluationError } from '../errors.ts';
import { isInt, isList, isMap, NONE, Optional, type Value } from '../values.ts';
import type { FunctionTable } from './function.ts';

/** The values that count as empty for `optional.ofNonZeroValue`. */
function isZero(value: Value): boolean {
  if (value === null || value === false || value === '' || value === 0) return true;
  if (isInt(value)) return value === 0n;
  if (isList(value) || value instanceof Uint8Array) return value.length === 0;
  return isMap(value) && value.size === 0;
}

/** Source: `OptionalTypes` in https://github.com/google/cel-go/blob/master/cel/library.go */
export const optionalFunctions: FunctionTable = {
  'optional.of': ([value]) => (value === undefined ? undefined : new Optional(value)),
  'optional.none': () => NONE,
  'optional.ofNonZeroValue': ([value]) =>
    value === undefined ? undefined : isZero(value) ? NONE : new Optional(value),
  '.hasValue': ([value]) => (value instanceof Optional ? value.value !== undefined : undefined),
  '.value': ([value]) => {
    if (!(value instanceof Optional)) return undefined;
    if (value.value === undefined) throw new EvaluationError('optional.none() dereference');
    return value.value;
  },
  '.orValue': ([value, other]) =>
    value instanceof Optional ? (value.value === undefined ? other : value.value) : undefined,
  '.or': ([value, other]) => (value instanceof Optional ? (value.value === undefined ? other : value) : undefined),
};
