import type { Step } from './path.ts';
import { type NewScalar, readPlain } from './scalar.ts';

/** What a value from the inputs replaces. */
export interface Target {
  /** The old value; `undefined` for a new key, `null` for a key without a value. */
  old: unknown;
  /** The key that has the value; `undefined` for an item of a list. */
  key: string | undefined;
}

/** The key that has the value at the end of a path. */
export function keyOf(path: readonly Step[]): string | undefined {
  const last = path.at(-1);
  return last?.kind === 'key' ? last.key : undefined;
}

/**
 * How to interpret a value from the inputs.
 * - In quotes, or instead of a string: a string.
 * - Instead of a number, boolean or date: `6` for `5` stays a number, `false` for `true` a boolean. A number in another notation
 *   (`1.10`, `12345e10`, `0x1F`, `0123`) would lose its spelling, which matters in a version or a commit ID,
 *   and parsers disagree about most of them, so it becomes a string. So is `yes`.
 * - Instead of nothing (`key:`, `null`, a new key): a whole number, `true` or `false` as such; everything else, `1.10` too, a string.
 * - Never a number: what Helm would render in another notation, unless the old number is such a number too, and the value of a key that
 *   names a version, a tag or a digest.
 */
export function interpretValue(text: string, quoted: boolean, { old, key }: Target): NewScalar {
  if (quoted || typeof old === 'string' || text === '') return { text, as: 'string' };
  const isTyped = old === null || old === undefined ? /^(?:0|-?[1-9]\d{0,14}|true|false)$/.test(text) : keepsType(text);
  return { text, as: isTyped && !isUnsafeNumber(text, { old, key }) ? 'typed' : 'string' };
}

/** Whether both YAML versions read the text as the same number, boolean or null, and a number is written as they would write it. */
function keepsType(text: string): boolean {
  const [v11, v12] = [readPlain(text, '1.1')?.value, readPlain(text, '1.2')?.value];
  const agreed = v12 !== undefined && Object.is(v11, v12) && typeof v12 !== 'string';
  return agreed && (typeof v12 !== 'number' || (/^-?\d+(?:\.\d+)?$/.test(text) && String(v12) === text));
}

function isUnsafeNumber(text: string, { old, key }: Target): boolean {
  if (!/^-?\d/.test(text)) return false;
  if (key !== undefined && namesVersion(key)) return true;
  return isRenderedWithExponent(Number(text)) && !(typeof old === 'number' && isRenderedWithExponent(old));
}

/** Words of which the last in a key says that its value is an identifier, never a quantity: `imageTag`, `target-revision`. */
const IDENTIFIERS = ['tag', 'digest', 'version', 'revision', 'rev', 'ref', 'sha', 'sha1', 'sha256', 'commit', 'hash'];

/** Whether the value of a key is a version, a tag, a digest or a commit. */
export function namesVersion(key: string): boolean {
  const words = key.replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2').split(/[^A-Za-z0-9]+/);
  return IDENTIFIERS.includes(words.at(-1)?.toLowerCase() ?? '');
}

/**
 * Whether Helm renders a number with an exponent: it reads every number as a float64, and Go formats one with an exponent below -4 or
 * from 6 on (`2345678` as `2.345678e+06`): https://github.com/helm/helm/issues/1707 and `%e is used` in
 * https://github.com/golang/go/blob/go1.24.0/src/strconv/ftoa.go
 */
export function isRenderedWithExponent(value: number): boolean {
  return value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-4);
}
