import { isScalar, visit, YAMLParseError } from 'yaml';
import type { ParsedDocument } from './source.ts';

/**
 * An error for each key that its mapping has already. The parser's own check compares each key with all before it, which takes minutes
 * in a mapping of some ten thousand keys, so it is off and this one stands in.
 */
export function duplicateKeys(document: ParsedDocument): YAMLParseError[] {
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

/** In the parser's words. */
const MESSAGE = 'Map keys must be unique';
