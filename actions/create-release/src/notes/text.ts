import { escapeMarkdown } from '../../../lib/markdown.ts';

/** Control characters, and those that change the direction of text and so can make it look like something else. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** A run of backticks, or an address as GitHub links it: https://github.github.com/gfm/#autolinks-extension- */
const TOKEN = /`+|(?<![a-z])(?:https?|ftp):\/\/[^\s<>`]+/gi;

/**
 * Text from elsewhere, such as a commit's subject, as one line of Markdown that shows exactly this text: no HTML, no formatting, no list or
 * heading at its start, no formula, and `@name` does not notify anyone. An address is a link to exactly that address, and `code` in
 * backticks is code.
 */
export function plainText(text: string): string {
  const line = text.replaceAll(INVISIBLE, ' ').trim();
  const closingRun = createRunFinder(line);
  const parts: string[] = [];
  let end = 0;
  const add = (start: number, shown: string, next: number): void => {
    parts.push(escapeText(line.slice(end, start)), shown);
    end = next;
  };
  for (const { 0: token, index } of line.matchAll(TOKEN)) {
    if (index < end) continue;
    if (!token.startsWith('`')) {
      const address = withoutPunctuation(token);
      if (!address.endsWith('//')) add(index, `<${address}>`, index + address.length);
      continue;
    }
    const closing = closingRun(index, token.length);
    const code = closing === undefined ? undefined : line.slice(index, closing + token.length);
    // A comment stays text: the marker of a draft is a comment.
    if (code !== undefined && !code.includes('<!--')) add(index, code, index + code.length);
  }
  return (parts.join('') + escapeText(line.slice(end))).replace(/^([-+=])/, '\\$1').replace(/^(\d+)([.)])/, '$1\\$2');
}

/** GitHub would link `www.` too, to an address with the escapes in it. */
function escapeText(text: string): string {
  return escapeMarkdown(text)
    .replaceAll('$', '\\$')
    .replaceAll('@', '@&#8203;')
    .replaceAll(/(www)\./gi, '$1\\.');
}

/** Code begins at a run of backticks and ends at the next run of the same length: https://spec.commonmark.org/0.31.2/#code-spans */
function createRunFinder(line: string): (start: number, length: number) => number | undefined {
  const runs = new Map<number, number[]>();
  // The last run first, so that the next one is at the end.
  for (const { 0: run, index } of [...line.matchAll(/`+/g)].reverse()) {
    const starts = runs.get(run.length);
    if (starts === undefined) runs.set(run.length, [index]);
    else starts.push(index);
  }
  return (start, length) => {
    const starts = runs.get(length) ?? [];
    while ((starts.at(-1) ?? Number.POSITIVE_INFINITY) <= start) starts.pop();
    return starts.at(-1);
  };
}

const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** An address without the punctuation of its sentence at its end, and without a closing bracket that it does not open. */
function withoutPunctuation(address: string): string {
  const count = (character: string): number => address.split(character).length - 1;
  const surplus = new Map(Object.entries(CLOSING).map(([close, open]) => [close, count(close) - count(open)]));
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1] ?? '';
    const unopened = surplus.get(last) ?? 0;
    if (unopened > 0) surplus.set(last, unopened - 1);
    else if (!/[?!.,:;*_~'"\p{Pf}…]/u.test(last)) break;
  }
  return address.slice(0, end);
}
