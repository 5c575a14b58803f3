import { type Document, isScalar, visit, YAMLParseError } from 'yaml';

/**
 * An error for each duplicate key. The parser's own check compares each key with all keys before it, which takes minutes in a mapping
 * of ten thousand keys, so it is off and this check replaces it.
 */
export function duplicateKeys(document: Document): YAMLParseError[] {
  const errors: YAMLParseError[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const [start] = key.range ?? [0];
        if (seen.has(key.value)) errors.push(new YAMLParseError([start, start + 1], 'DUPLICATE_KEY', MESSAGE));
        seen.add(key.value);
      }
    },
  });
  return errors;
}

/** The parser's own message. */
const MESSAGE = 'Map keys must be unique';
