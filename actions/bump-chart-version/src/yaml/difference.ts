import { isDeepStrictEqual } from 'node:util';
import { pathText, type Step } from './path.ts';

/** A place whose value is another now. */
export interface Difference {
  /** With list items by their index. */
  path: string;
  /** Empty when there was nothing. */
  old: string;
  now: string;
}

/** Where two readings of a file differ, in the order of the file. Mappings are `Map`s. */
export function differences(old: readonly unknown[], now: readonly unknown[]): Difference[] {
  const found: Difference[] = [];
  for (const [index, document] of now.entries()) walk(old[index], document, [], found);
  return found;
}

function walk(old: unknown, now: unknown, steps: readonly Step[], found: Difference[]): void {
  if (isDeepStrictEqual(old, now)) return;
  if (now instanceof Map && (old instanceof Map || old === undefined || old === null)) {
    for (const [key, value] of now) walk(old?.get(key), value, [...steps, { kind: 'key', key: String(key) }], found);
  } else if (Array.isArray(old) && Array.isArray(now)) {
    for (const [index, value] of now.entries()) walk(old[index], value, [...steps, { kind: 'index', index }], found);
  } else found.push({ path: pathText(steps), old: shown(old), now: shown(now) });
}

const shown = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
