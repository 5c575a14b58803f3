import { isAlias, type ParsedNode } from 'yaml';
import { findPair } from '../../../lib/yaml/lookup.ts';
import type { ParsedDocument } from './source.ts';

export interface FoundValue {
  /** `null` when the key has no value. */
  node: ParsedNode | null;
  /** The anchor of the mapping that has the key. */
  anchor: string | undefined;
}

/** The value of a key, through aliases and merge keys, as a reader of the file finds it. */
export function lookUp(document: ParsedDocument, map: unknown, key: string): FoundValue | undefined {
  const resolve = (node: unknown): unknown => (isAlias(node) ? node.resolve(document) : node);
  const found = findPair(map, key, { resolve });
  if (found === undefined) return undefined;
  return { node: (resolve(found.pair.value) ?? null) as ParsedNode | null, anchor: found.map.anchor };
}
