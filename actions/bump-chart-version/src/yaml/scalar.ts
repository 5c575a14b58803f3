import { type Document, isScalar, parseDocument, Scalar } from 'yaml';
import { messageOf } from '../../../lib/errors.ts';
import { isStackOverflow } from '../../../lib/yaml/depth.ts';
import type { YamlVersion } from './source.ts';

/** A scalar to be written, and what it must mean. */
export interface NewScalar {
  /** The text without quotes. */
  text: string;
  /** `string`: a string for every reader. `typed`: the number, boolean or null that both YAML versions read. */
  as: 'string' | 'typed';
}

/** One line of text as YAML, or `undefined` when it is not YAML or is nested too deeply for the parser. */
function parseText(text: string, version: YamlVersion): Document.Parsed | undefined {
  try {
    const document = parseDocument(text, { version, logLevel: 'silent', prettyErrors: false });
    return document.errors.length === 0 ? document : undefined;
  } catch (error) {
    if (isStackOverflow(messageOf(error))) return undefined;
    throw error;
  }
}

/** The value of a plain scalar, or `undefined` when the text is not a single plain scalar. */
export function readPlain(text: string, version: YamlVersion): { value: unknown } | undefined {
  const node = parseText(text, version)?.contents;
  if (!isScalar(node) || node.source !== text || node.type !== Scalar.PLAIN) return undefined;
  return { value: node.value };
}

/** The value that a reader of this YAML version finds in the new scalar. */
export function valueIn(scalar: NewScalar, version: YamlVersion): unknown {
  return scalar.as === 'string' ? scalar.text : readPlain(scalar.text, version)?.value;
}

/**
 * Whether a plain scalar is a string under YAML 1.2, under YAML 1.1 and for go-yaml, which Helm reads values with. go-yaml accepts
 * underscores and upper-case prefixes in numbers, which neither version has: https://github.com/go-yaml/yaml/blob/v2/resolve.go
 */
export function isPlainString(text: string): boolean {
  const number = text.replaceAll('_', '');
  if (/^[-+]?0[xXoObB][0-9a-fA-F]+$/.test(number)) return false;
  if (/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(number)) return false;
  if (text === '<<' || text === '=') return false;
  return (['1.1', '1.2'] as const).every((version) => typeof readPlain(text, version)?.value === 'string');
}

/** Whether a collection can contain the text as one plain scalar, character by character. */
function isPlainInCollection(text: string, flow: boolean): boolean {
  const frames = flow ? ['[%]', '{k: %}'] : ['- %', 'k: %'];
  return frames.every((frame) => {
    const document = parseText(
      frame.replace('%', () => text),
      '1.2',
    );
    const node = document?.getIn([frame.includes('k') ? 'k' : 0], true);
    return isScalar(node) && node.type === Scalar.PLAIN && node.source === text;
  });
}

// Characters that only a double-quoted scalar can contain, escaped: control characters, line separators, and code points that are not characters.
const SPECIAL = /[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/gu;

function doubleQuoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll(SPECIAL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return `"${escaped}"`;
}

/** Where a scalar is: in a block collection, in `[]` or `{}`, or anywhere in a JSON file. */
export type Place = 'block' | 'flow' | 'json';

/**
 * The scalar as it is written into the file: in the old style if that keeps the meaning, otherwise in double quotes.
 * @param style the old scalar's `type`; block styles are not supported
 */
export function render(scalar: NewScalar, style: Scalar.Type | undefined, place: Place): string {
  const { text } = scalar;
  if (place === 'json') return scalar.as === 'typed' ? JSON.stringify(valueIn(scalar, '1.2')) : doubleQuoted(text);
  if (scalar.as === 'typed') return text;
  // Some of these characters end a line for a reader of YAML 1.1: https://yaml.org/spec/1.1/#id868518
  if (text.search(SPECIAL) !== -1) return doubleQuoted(text);
  if (style === Scalar.QUOTE_SINGLE) return `'${text.replaceAll("'", "''")}'`;
  const plain = style === Scalar.PLAIN || style === undefined;
  return plain && isPlainString(text) && isPlainInCollection(text, place === 'flow') ? text : doubleQuoted(text);
}
