import type { Parsed } from '../../../lib/runner/inputs.ts';

/** Which document of a file a path starts in: `#0`, counted from 0 as items of lists are, or `#Application/web`. */
export type DocumentSelector = { kind: 'index'; index: number } | { kind: 'resource'; resource: string };

/** Parses what follows `#`. */
export function parseSelector(text: string): Parsed<DocumentSelector> {
  if (/^\d{1,6}$/.test(text)) return { value: { kind: 'index', index: Number(text) } };
  return /^[^\s/]+\/[^\s/]+$/.test(text)
    ? { value: { kind: 'resource', resource: text } }
    : { problem: `has "#${text}" after the file, which is not a document; write #0 for the first one, or #KIND/NAME` };
}
