import type { Parsed } from '../../../lib/runner/inputs.ts';
import { type DocumentSelector, parseSelector } from './selector.ts';

/** One step from a node to one of its children. */
export type Step =
  | { kind: 'key'; key: string }
  /** From 0, or, when negative, from the end: -1 is the last item. */
  | { kind: 'index'; index: number }
  /** The only item of a list whose `key` has this value. */
  | { kind: 'match'; key: string; value: string }
  /** From a block scalar to the document in its text. */
  | { kind: 'embedded' };

/** A line of the `values` input: `path=value`, `file:path=value` or `file#document:path=value`. */
export interface Assignment {
  /** As written, before the colon; `undefined` when the line names no file. */
  file: string | undefined;
  /** The document of the file, as written after `#`; `undefined` for the only document with the path. */
  document: DocumentSelector | undefined;
  path: Step[];
  /** The new value without its quotes. */
  value: string;
  /** The value was written in quotes: it is a string in any case. */
  quoted: boolean;
}

const plainKey = /^[^\s.[\]="':{},&*#!|>%@`]+(?:[^.[\]="':|]*[^\s.[\]="':|])?$/;

/** The name that an overridden key of a mapping gets; no file can contain it as a plain key. */
export const overriddenKey = (key: string, number: number): string => `\0${number}\0${key}`;

/** A key as it is written, also when it is overridden. */
export const writtenKey = (key: string): string => key.replace(/^\0\d+\0/, '');

/** The index that a step means in a list. */
export const indexIn = (list: { length: number }, index: number): number => (index < 0 ? list.length + index : index);

/** The path as users write it. */
export function pathText(steps: readonly Step[]): string {
  return steps
    .map((step, index) => {
      if (step.kind === 'index') return `[${step.index}]`;
      if (step.kind === 'match') return `[${step.key}=${step.value}]`;
      if (step.kind === 'embedded') return '|';
      const isFirst = index === 0 || steps[index - 1]?.kind === 'embedded';
      const key = writtenKey(step.key);
      return plainKey.test(key) ? `${isFirst ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('');
}

/**
 * Parses `web.image.tag`, `images[name=api].tag`, `list[0]`, `list[-1]`, `annotations."a.b/c"` or `annotations['a.b/c']`, and
 * `spec.source.helm.values|web.image.tag`, where the document that follows `|` is the text of a block scalar.
 */
export function parsePath(text: string): Parsed<Step[]> {
  const steps: Step[] = [];
  let position = 0;
  const problem = (what: string): Parsed<Step[]> => ({
    problem: `is not a path: ${what} at character ${position + 1}`,
  });
  while (position < text.length) {
    const char = text.charAt(position);
    if (char === '[') {
      const end = closingBracket(text, position);
      if (end === undefined) return problem('"[" is not closed');
      const step = parseBracket(text.slice(position + 1, end));
      if (step === undefined)
        return problem(`"${text.slice(position, end + 1)}" is not an index, [key=value] or ['key']`);
      steps.push(step);
      position = end + 1;
      continue;
    }
    if (char === '|' && steps.length > 0 && steps.at(-1)?.kind !== 'embedded') {
      steps.push({ kind: 'embedded' });
      position++;
      if (position === text.length) return problem('a key is missing');
      continue;
    }
    if (steps.length > 0 && steps.at(-1)?.kind !== 'embedded') {
      if (char !== '.') return problem('"." is missing');
      position++;
    }
    const quoted = /^(["'])(.*?)\1(?=[.[|]|$)/.exec(text.slice(position));
    const key = quoted?.[2] ?? /^[^.[\]"'|]+/.exec(text.slice(position))?.[0];
    if (key === undefined) return problem('a key is missing');
    steps.push({ kind: 'key', key: quoted ? key : key.trim() });
    position += quoted ? quoted[0].length : key.length;
  }
  return steps.length === 0 ? { problem: 'is an empty path' } : { value: steps };
}

function parseBracket(inner: string): Step | undefined {
  const text = inner.trim();
  if (/^(?:\d{1,6}|-[1-9]\d{0,5})$/.test(text)) return { kind: 'index', index: Number(text) };
  const key = unquote(text);
  if (key !== undefined) return { kind: 'key', key };
  const match = /^("[^"]*"|'[^']*'|[^="']+?)\s*=(.*)$/.exec(text);
  if (!match?.[1] || match[2] === undefined) return undefined;
  const value = match[2].trim();
  return { kind: 'match', key: unquote(match[1]) ?? match[1].trim(), value: unquote(value) ?? value };
}

function unquote(text: string): string | undefined {
  const match = /^"([^"]*)"$|^'([^']*)'$/.exec(text);
  return match ? (match[1] ?? match[2] ?? '') : undefined;
}

/** The index of the bracket that closes the one at `open`; brackets in quotes do not count. */
function closingBracket(text: string, open: number): number | undefined {
  return scan(text, open + 1, (char, depth) => char === ']' && depth === 0);
}

/** The first index from `start` where `matches` holds, outside quotes; `depth` counts open brackets. */
function scan(text: string, start: number, matches: (char: string, depth: number) => boolean): number | undefined {
  let quote = '';
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const char = text.charAt(index);
    if (quote !== '') {
      if (char === quote) quote = '';
      continue;
    }
    if (matches(char, depth)) return index;
    if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth++;
    else if (char === ']') depth--;
  }
  return undefined;
}

/** Parses a line of the `values` input. */
export function parseAssignment(line: string): Parsed<Assignment> {
  const equals = scan(line, 0, (char, depth) => char === '=' && depth === 0);
  if (equals === undefined) return { problem: 'has no "=" between path and value' };
  const left = line.slice(0, equals).trim();
  const colon = scan(left, 0, (char, depth) => char === ':' && depth === 0);
  const file = colon === undefined ? NO_FILE : parseFile(left.slice(0, colon).trim());
  if ('problem' in file) return file;
  const path = parsePath((colon === undefined ? left : left.slice(colon + 1)).trim());
  if ('problem' in path) return path;
  const value = parseAssignedValue(line.slice(equals + 1).trim());
  if ('problem' in value) return value;
  return { value: { ...file.value, path: path.value, ...value.value } };
}

type AssignedFile = Pick<Assignment, 'file' | 'document'>;

const NO_FILE: Parsed<AssignedFile> = { value: { file: undefined, document: undefined } };

/** Parses `apps.yaml`, `apps.yaml#0`, `apps.yaml#Application/web` or `"odd:name.yaml"#0`. */
function parseFile(text: string): Parsed<AssignedFile> {
  const [, quoted, plain, selector] = /^(?:("[^"]*"|'[^']*')|([^#]*))(?:#(.*))?$/.exec(text) ?? [];
  const file = quoted === undefined ? plain?.trim() : unquote(quoted);
  if (file === undefined || file === '') return { problem: 'has no file before ":"' };
  if (selector === undefined) return { value: { file, document: undefined } };
  const document = parseSelector(unquote(selector.trim()) ?? selector.trim());
  return 'problem' in document ? document : { value: { file, document: document.value } };
}

function parseAssignedValue(text: string): Parsed<{ value: string; quoted: boolean }> {
  // A digest that was lost on the way must not become an empty string: see actions/lib/images/images-input.ts.
  if (text === '') return { problem: 'has no value: its expression is empty; write "" for an empty string' };
  if (text.length >= 2 && text.startsWith("'") && text.endsWith("'")) {
    return { value: { value: text.slice(1, -1).replaceAll("''", "'"), quoted: true } };
  }
  if (text.length >= 2 && text.startsWith('"') && text.endsWith('"')) {
    try {
      return { value: { value: JSON.parse(text) as string, quoted: true } };
    } catch {
      return {
        problem: 'has an invalid value in double quotes (escape each backslash and quote with a backslash)',
      };
    }
  }
  return { value: { value: text, quoted: false } };
}
