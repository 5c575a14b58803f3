import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';

/** The text of a key as written; `undefined` for keys that are not scalars. */
export function keyText(key: unknown): string | undefined {
  if (!isScalar(key)) return undefined;
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

/** The content of a mapping by key. */
export interface MappingIndex {
  /** The first pair of each key. */
  pairs: ReadonlyMap<string, Pair>;
  /** The mappings, or aliases of mappings, that `<<` merges in, in their order. */
  merged: readonly unknown[];
}

/** @param text the text of a key, by which it is found */
export function indexMapping(map: YAMLMap, text: (key: unknown) => string | undefined = keyText): MappingIndex {
  const pairs = new Map<string, Pair>();
  const merged: unknown[] = [];
  for (const pair of map.items) {
    const key = text(pair.key);
    if (key === '<<') for (const source of isSeq(pair.value) ? pair.value.items : [pair.value]) merged.push(source);
    if (key !== undefined && !pairs.has(key)) pairs.set(key, pair);
  }
  return { pairs, merged };
}

export interface FoundPair {
  pair: Pair;
  /** The mapping that has the pair: the given one, or one that is merged in. */
  map: YAMLMap;
}

export interface LookupOptions {
  /** The node of an alias; any other node unchanged. */
  resolve: (node: unknown) => unknown;
  /** Default: {@link indexMapping}. */
  index?: (map: YAMLMap) => MappingIndex;
}

/**
 * The pair of a key, through merge keys: from the mapping itself, otherwise from the first merged mapping that has the key
 * (https://yaml.org/type/merge.html). A mapping that is merged into itself is searched once.
 */
export function findPair(
  node: unknown,
  key: string,
  { resolve, index = indexMapping }: LookupOptions,
): FoundPair | undefined {
  const searched = new Set<unknown>();
  const pending: unknown[] = [node];
  while (pending.length > 0) {
    const map = resolve(pending.pop());
    if (!isMap(map) || searched.has(map)) continue;
    searched.add(map);
    const { pairs, merged } = index(map);
    const pair = pairs.get(key);
    if (pair !== undefined) return { pair, map };
    for (const source of merged.toReversed()) pending.push(source);
  }
  return undefined;
}

/**
 * The offsets of keys that their mapping already has. The parser's own check compares each key with all keys before it, which takes minutes in a
 * mapping with tens of thousands of keys: parse with `uniqueKeys: false` and use this one.
 */
export function duplicateKeyOffsets(root: unknown): number[] {
  const offsets: number[] = [];
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const node = pending.pop();
    if (isSeq(node)) for (const item of node.items) pending.push(item);
    if (!isMap(node)) continue;
    const seen = new Set<unknown>();
    for (const { key, value } of node.items) {
      if (isScalar(key)) {
        if (seen.has(key.value)) offsets.push(key.range?.[0] ?? 0);
        seen.add(key.value);
      }
      pending.push(key, value);
    }
  }
  return offsets.sort((a, b) => a - b);
}
