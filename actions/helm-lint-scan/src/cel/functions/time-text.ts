import { Duration, Timestamp } from '../values.ts';

/** Texts of times and durations, as Go and RFC 3339 write them. */

const SECOND = 1_000_000_000n;
const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: SECOND,
  m: 60n * SECOND,
  h: 3600n * SECOND,
};

/** `1h30m`, `-1.5s`. Source: `ParseDuration` of https://pkg.go.dev/time */
export function parseDuration(text: string): Duration | undefined {
  const match = /^([+-]?)((?:(?:\d{1,19}\.?\d{0,19}|\.\d{1,19})(?:ns|us|µs|μs|ms|s|m|h)){1,10}|0)$/.exec(text);
  if (match === null) return undefined;
  let nanoseconds = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of (match[2] ?? '').matchAll(
    /(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g,
  )) {
    const factor = UNITS[unit] ?? 0n;
    nanoseconds += BigInt(whole || '0') * factor + (BigInt(fraction || '0') * factor) / 10n ** BigInt(fraction.length);
  }
  if (nanoseconds > 2n ** 63n - 1n) return undefined;
  return new Duration(match[1] === '-' ? -nanoseconds : nanoseconds);
}

/** `5400s` */
export function formatDuration({ nanoseconds }: Duration): string {
  const sign = nanoseconds < 0n ? '-' : '';
  return `${sign}${decimal(nanoseconds < 0n ? -nanoseconds : nanoseconds)}s`;
}

function decimal(nanoseconds: bigint): string {
  const fraction = String(nanoseconds % SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${nanoseconds / SECOND}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A time of RFC 3339; `undefined` for another text. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d{0,9})?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, day = '', time = '', fraction = '', zone = ''] = match;
  const milliseconds = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds) || !isDay(day)) return undefined;
  return new Timestamp(BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0')));
}

/** JavaScript reads 30 February as a day in March. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const milliseconds = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(text);
}

export function formatTimestamp({ nanoseconds }: Timestamp): string | undefined {
  const seconds = floorDivide(nanoseconds, SECOND);
  const fraction = String(nanoseconds - seconds * SECOND)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const date = toDate(seconds);
  return date === undefined ? undefined : `${date.toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

const floorDivide = (value: bigint, divisor: bigint): bigint =>
  (value - (((value % divisor) + divisor) % divisor)) / divisor;

/** `undefined` outside of the years 1 to 9999, where notations differ. */
function toDate(seconds: bigint): Date | undefined {
  return seconds >= -62_135_596_800n && seconds <= 253_402_300_799n ? new Date(Number(seconds) * 1000) : undefined;
}

/** The date of a time, in the years 1 to 9999. */
export const dateOf = ({ nanoseconds }: Timestamp): Date | undefined => toDate(floorDivide(nanoseconds, SECOND));
