import type { YAMLMap } from 'yaml';
import { editDistance } from '../../../lib/similar-names.ts';
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
