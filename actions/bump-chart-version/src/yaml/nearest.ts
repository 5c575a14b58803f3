import type { YAMLMap } from 'yaml';
import { keyText } from './lookup.ts';

/** The keys most like the one that is missing; all when they are few. */
export function nearest(map: YAMLMap, key: string): string {
  const keys = map.items.flatMap((pair) => keyText(pair.key) ?? []);
  if (keys.length === 0) return '; the mapping is empty';
  const sorted = keys
    .map((each) => ({ each, distance: editDistance(each.toLowerCase(), key.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return `; nearest: ${sorted
    .slice(0, 5)
    .map(({ each }) => each)
    .join(', ')}`;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
