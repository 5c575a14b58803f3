import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { ParsedDocument } from './source.ts';

/** The text of a mapping's key; `undefined` for keys that are no scalars. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

export interface Found {
  node: ParsedNode | null;
  /** The mapping itself has the key; else it comes through `<<`. */
  own: boolean;
  /** The anchor of the mapping it comes from, or of the alias that was followed. */
  anchor: string | undefined;
}

/** The value of a key, through aliases and merge keys, as a reader of the file finds it. */
export function lookUp(document: ParsedDocument, map: unknown, key: string, depth = 0): Found | undefined {
  const resolved = isAlias(map) ? map.resolve(document) : map;
  if (!isMap(resolved) || depth > 20) return undefined;
  const own = resolved.items.find((pair) => keyText(pair.key) === key);
  if (own !== undefined) {
    const value = own.value;
    const node = (isAlias(value) ? value.resolve(document) : value) as ParsedNode | null | undefined;
    return { node: node ?? null, own: depth === 0, anchor: resolved.anchor };
  }
  for (const pair of resolved.items) {
    if (keyText(pair.key) !== '<<') continue;
    const source = isAlias(pair.value) ? pair.value.resolve(document) : pair.value;
    // Among several merged mappings the first that has the key wins: https://yaml.org/type/merge.html
    for (const each of isSeq(source) ? source.items : [source]) {
      const found = lookUp(document, each, key, depth + 1);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
