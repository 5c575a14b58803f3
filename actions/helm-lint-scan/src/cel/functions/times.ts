import { EvaluationError } from '../errors.ts';
import { Duration, isInt, isText, Timestamp, type Value } from '../values.ts';
import type { CelFunction, FunctionTable } from './function.ts';
import { dateOf, parseDuration, parseTimestamp } from './time-text.ts';

/** A part of a time in UTC, or of a duration. Other time zones are not supported. */
const part =
  (ofDate: (date: Date) => number, ofDuration?: (nanoseconds: bigint) => bigint): CelFunction =>
  ([value, zone]) => {
    if (value instanceof Duration && zone === undefined) return ofDuration?.(value.nanoseconds);
    if (!(value instanceof Timestamp) || (zone !== undefined && zone !== 'UTC')) return undefined;
    const date = dateOf(value);
    return date === undefined ? undefined : BigInt(ofDate(date));
  };

const dayOfYear = (date: Date): number =>
  Math.round(
    (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
      86_400_000,
  );

function toTimestamp(value: Value | undefined): Timestamp | undefined {
  if (value instanceof Timestamp) return value;
  if (isInt(value)) return new Timestamp(value * 1_000_000_000n);
  if (!isText(value)) return undefined;
  const parsed = parseTimestamp(value);
  if (parsed === undefined) throw new EvaluationError(`"${value}" is not a timestamp`);
  return parsed;
}

function toDuration(value: Value | undefined): Duration | undefined {
  if (value instanceof Duration) return value;
  if (!isText(value)) return undefined;
  const parsed = parseDuration(value);
  if (parsed === undefined) throw new EvaluationError(`"${value}" is not a duration`);
  return parsed;
}

export const timeFunctions: FunctionTable = {
  timestamp: ([value]) => toTimestamp(value),
  duration: ([value]) => toDuration(value),
  '.getFullYear': part((date) => date.getUTCFullYear()),
  '.getMonth': part((date) => date.getUTCMonth()),
  '.getDate': part((date) => date.getUTCDate()),
  '.getDayOfMonth': part((date) => date.getUTCDate() - 1),
  '.getDayOfWeek': part((date) => date.getUTCDay()),
  '.getDayOfYear': part(dayOfYear),
  '.getHours': part(
    (date) => date.getUTCHours(),
    (nanoseconds) => nanoseconds / 3_600_000_000_000n,
  ),
  '.getMinutes': part(
    (date) => date.getUTCMinutes(),
    (nanoseconds) => nanoseconds / 60_000_000_000n,
  ),
  '.getSeconds': part(
    (date) => date.getUTCSeconds(),
    (nanoseconds) => nanoseconds / 1_000_000_000n,
  ),
};
