import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq } from 'yaml';
import { parseJson } from '../yaml/json.ts';
import { valueIn } from '../yaml/scalar.ts';
import type { YamlFile } from '../yaml/source.ts';
import type { Edit } from './edit.ts';

/** Why the new text of a JSON file is not what was planned, as a JSON parser reads it; `undefined` when it is. */
export function jsonProblem(
  file: YamlFile,
  { text, edits }: { text: string; edits: readonly Edit[] },
): string | undefined {
  const expected = file.isJson ? parseJson(file.text) : undefined;
  // A file that was no JSON before has no data there to keep.
  if (expected === undefined) return undefined;
  for (const { nodePath, added, scalar } of edits)
    setIn(expected.data, [...keysAt(file, nodePath), ...added], valueIn(scalar, '1.2'));
  const now = parseJson(text);
  if (now === undefined) return 'the result is not valid JSON';
  return isDeepStrictEqual(now.data, expected.data)
    ? undefined
    : 'read as JSON, the result would contain other changes than planned';
}

/** The keys and indexes that lead to a node. */
function keysAt({ documents }: YamlFile, nodePath: readonly number[]): string[] {
  let node: unknown = documents[0]?.contents;
  return nodePath.map((index) => {
    if (isSeq(node)) {
      node = node.items[index];
      return String(index);
    }
    const pair = isMap(node) ? node.items[index] : undefined;
    node = pair?.value;
    return isScalar(pair?.key) ? String(pair.key.value) : '';
  });
}

/** Sets a value, and creates the objects that are missing on the way. */
function setIn(data: unknown, [key = '', ...rest]: readonly string[], value: unknown): void {
  const parent = data as Record<string, unknown>;
  const next = rest.length === 0 ? value : Object.hasOwn(parent, key) ? parent[key] : {};
  // Not an assignment, which a key `__proto__` would turn into another prototype.
  Object.defineProperty(parent, key, { value: next, enumerable: true, configurable: true, writable: true });
  if (rest.length > 0) setIn(next, rest, value);
}
