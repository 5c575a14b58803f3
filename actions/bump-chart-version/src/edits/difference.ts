import { isDeepStrictEqual } from 'node:util';
import { pathText, type Step } from '../yaml/path.ts';

/** A value that differs between two readings of a file. */
export interface Difference {
  /** With list items by their index. */
  path: string;
  /** Empty when it had no value. */
  old: string;
  now: string;
}

/** Where two readings of a file differ, in the order of the file. Mappings are `Map`s. */
export function findDifferences(old: readonly unknown[], now: readonly unknown[]): Difference[] {
  return now.flatMap((document, index) => findDifferencesIn(old[index], document, []));
}

function findDifferencesIn(old: unknown, now: unknown, steps: readonly Step[]): Difference[] {
  if (isDeepStrictEqual(old, now)) return [];
  if (now instanceof Map && (old instanceof Map || old === undefined || old === null)) {
    return [...now].flatMap(([key, value]) =>
      findDifferencesIn(old?.get(key), value, [...steps, { kind: 'key', key: String(key) }]),
    );
  }
  if (Array.isArray(old) && Array.isArray(now)) {
    return now.flatMap((value, index) => findDifferencesIn(old[index], value, [...steps, { kind: 'index', index }]));
  }
  return [{ path: pathText(steps), old: toText(old), now: toText(now) }];
}

const toText = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
