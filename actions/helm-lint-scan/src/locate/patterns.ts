import { isData } from '../data.ts';
import { readYaml } from '../manifests/yaml.ts';
import { parseActions, replaceActions } from './actions.ts';

/** The text of a value in a template, with an expression's text where it is known. */
export interface TextPattern {
  /** The literal text before, between and after the actions. */
  literals: readonly string[];
  /** The actions, without braces. */
  actions: readonly string[];
}

const CONTROL = /^(?:if|with|range|else|end|block|define|template)\b|:?=/;

/** The value of a line as a pattern; `undefined` where what it renders cannot be compared. */
export function parsePattern(value: string): TextPattern | undefined {
  const text = withoutQuotes(withoutComment(value));
  const actions = parseActions(text);
  const marked = replaceActions(text, () => MARK);
  if (actions.some((action) => CONTROL.test(action)) || marked.includes('\\')) return undefined;
  const literals = marked.split(MARK);
  // A quoted part in the middle, or text that continues elsewhere.
  if (actions.length > 1 || literals.join('') !== '') {
    if (actions.some((action) => /quote|toJson|toYaml|indent|include\s+"[^"]*"[^|]*\|\s*n?indent/.test(action)))
      return undefined;
  }
  return { literals, actions };
}

const MARK = '\0';

/** A comment begins with a space and `#`, outside quotes. */
function withoutComment(text: string): string {
  const outside = replaceActions(text, (action) => 'x'.repeat(action.length));
  if (/^["']/.test(text)) return text.replace(/^(["'])(.*)\1\s+#.*$/, '$1$2$1');
  const at = outside.search(/\s#/);
  return (at < 0 ? text : text.slice(0, at)).trim();
}

const withoutQuotes = (text: string): string =>
  text.length > 1 && /^["']/.test(text) && text.endsWith(text[0] as string) ? text.slice(1, -1) : text;

/**
 * Whether the pattern can render a text.
 * @param known the text of an action, where it is known
 */
export function matchesText(
  { literals, actions }: TextPattern,
  text: string,
  known: (index: number) => string | undefined = () => undefined,
): boolean {
  // Parts of literal text between unknown ones.
  const parts = [literals[0] ?? ''];
  for (const index of actions.keys()) {
    const part = known(index);
    const after = literals[index + 1] ?? '';
    if (part === undefined) parts.push(after);
    else parts[parts.length - 1] += part + after;
  }
  const [first = '', ...rest] = parts;
  if (rest.length === 0) return first.trim() === text.trim();
  const last = rest.pop() ?? '';
  if (!text.startsWith(first.trimStart()) || !text.endsWith(last.trimEnd())) return false;
  let at = first.trimStart().length;
  const end = text.length - last.trimEnd().length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return at <= end;
}

/** Whether two values are equal, where numbers, booleans and their texts are the same. */
export function isSameScalar(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' || typeof b === 'object') return a === b;
  return String(a).trim() === String(b).trim();
}

export function isSameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => isSameValue(item, b[index]));
  if (isData(a) && isData(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSameValue(a[key], b[key]))
    );
  }
  return isSameScalar(a, b);
}

/** A value without actions, as data; `undefined` when it is not complete. */
export function parseLiteral(text: string): { value: unknown } | undefined {
  const [document, ...others] = readYaml(text);
  return document === undefined || others.length > 0 || document.problems.length > 0
    ? undefined
    : { value: document.value };
}

/** Whether the brackets of a flow collection are closed on the line. */
export function isCompleteFlow(text: string): boolean {
  if (!/^(?:\[|\{(?!\{))/.test(text)) return false;
  const outside = replaceActions(text, () => 'x');
  return parseLiteral(outside) !== undefined;
}

/** What is below the line of a value. */
export interface ValueBelow {
  /** Whether it can have rendered a value. */
  matches: (value: unknown) => boolean;
  /** Whether it has lines that continue a text. */
  continues: boolean;
}

/** Compares what a key renders with a value. What the text does not show contradicts nothing. */
export function createMatcher(value: string, below: ValueBelow): (given: unknown) => boolean {
  const text = value.replace(/^(?:[&!]\S+\s*)+/, '').trim();
  if (text === '' || text.startsWith('#')) return below.matches;
  if (/^[|>]/.test(text)) return (given) => typeof given === 'string';
  if (text.startsWith('*')) return () => true;
  let pattern: TextPattern | undefined;
  let literal: { value: unknown } | undefined;
  let isRead = false;
  return (given) => {
    if (below.continues) return true;
    if (!isRead) {
      if (text.includes('{{')) pattern = parsePattern(text);
      else literal = parseLiteral(text);
      isRead = true;
    }
    if (literal !== undefined) return isSameValue(literal.value, given);
    if (pattern === undefined || /^[[{](?!\{)/.test(text)) return true;
    const { literals } = pattern;
    const isWholeAction = literals.join('').trim() === '';
    if (typeof given === 'object' && given !== null) return isWholeAction;
    return isWholeAction || typeof given !== 'string' || matchesText(pattern, given);
  };
}
