import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml';
import { duplicateKeyOffsets, keyText } from '../../../lib/yaml/lookup.ts';
import { overriddenKey, writtenKey } from './path.ts';

/** A key that its mapping has again, so that it is overridden for most readers. */
interface OverriddenKey {
  key: string;
  /** Among the pairs of its mapping. */
  index: number;
  offset: number;
  /** The offset of the key that overrides it. */
  by: number;
}

/** A document by its root. */
interface ParsedDocument {
  contents: unknown;
}

const byDocument = new WeakMap<ParsedDocument, OverriddenKey[]>();
const byMapping = new WeakMap<YAMLMap, OverriddenKey[]>();

/**
 * Gives each overridden key a name of its own, so that the document's data has the values of all, and a search finds the last one, as Helm
 * does. Positions in the document stay the same.
 */
export function separateDuplicates(document: ParsedDocument): void {
  if (duplicateKeyOffsets(document.contents).length === 0) return;
  const found: OverriddenKey[] = [];
  const pending: unknown[] = [document.contents];
  while (pending.length > 0) {
    const node = pending.pop();
    if (isSeq(node)) for (const item of node.items) pending.push(item);
    if (!isMap(node)) continue;
    for (const { key, value } of node.items) pending.push(key, value);
    const keys = overriddenIn(node);
    for (const [number, { key, index }] of keys.entries()) {
      (node.items[index] as Pair<{ value: unknown }>).key.value = overriddenKey(key, number);
    }
    if (keys.length > 0) byMapping.set(node, keys);
    for (const key of keys) found.push(key);
  }
  byDocument.set(
    document,
    found.sort((a, b) => a.offset - b.offset),
  );
}

function overriddenIn({ items }: YAMLMap): OverriddenKey[] {
  const last = new Map<unknown, number>();
  for (const { key } of items) if (isScalar(key)) last.set(key.value, key.range?.[0] ?? 0);
  return items.flatMap(({ key }, index) => {
    if (!isScalar(key)) return [];
    const [offset, by] = [key.range?.[0] ?? 0, last.get(key.value) ?? 0];
    return offset === by ? [] : [{ key: keyText(key) ?? '', index, offset, by }];
  });
}

/** The offsets of a key, or of an overridden one, that a mapping has more than once; empty for any other key. */
export function offsetsOfDuplicate(map: YAMLMap, key: string): number[] {
  const name = writtenKey(key);
  const keys = (byMapping.get(map) ?? []).filter((overridden) => overridden.key === name);
  return keys.length === 0 ? [] : [...keys.map(({ offset }) => offset), keys[0]?.by ?? 0];
}

/** The offsets of overridden keys. */
export const overriddenOffsets = (document: ParsedDocument): number[] =>
  (byDocument.get(document) ?? []).map(({ offset }) => offset);

/** A file as far as it is needed here. */
interface ParsedFile {
  path: string;
  documents: readonly ParsedDocument[];
  lineAt: (offset: number) => number;
}

const MAX_WARNINGS = 5;

/** A warning for each duplicate key of a file; none of them is on the way to a value that changes. */
export function duplicateWarnings({ path, documents, lineAt }: ParsedFile): string[] {
  return documents
    .flatMap((document) => byDocument.get(document) ?? [])
    .slice(0, MAX_WARNINGS)
    .map(
      ({ key, offset, by }) =>
        `${path}:${lineAt(by)}: duplicate key ${JSON.stringify(key)}, which is also on line ${lineAt(offset)}; Helm uses the last one and other readers refuse the file, so remove one`,
    );
}
