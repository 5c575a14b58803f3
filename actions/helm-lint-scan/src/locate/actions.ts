/** Finds the actions of a template. Each function takes linear time, because a template may have any length. */

/** The template without its comments. Their lines stay, empty, so that line numbers do not change. */
export function withoutComments(text: string): string {
  let result = '';
  let kept = 0;
  for (let open = text.indexOf('{{'); open >= 0; open = text.indexOf('{{', Math.max(open + 1, kept))) {
    const start = skipSpace(text, text[open + 2] === '-' ? open + 3 : open + 2);
    if (!text.startsWith('/*', start)) continue;
    const close = findCommentEnd(text, start + 2);
    // If this comment does not end, no later one does.
    if (close < 0) break;
    result += text.slice(kept, open) + text.slice(open, close).replaceAll(/[^\n]/g, '');
    kept = close;
  }
  return result + text.slice(kept);
}

/** The position after the braces that close a comment, or -1. */
function findCommentEnd(text: string, from: number): number {
  for (let end = text.indexOf('*/', from); end >= 0; end = text.indexOf('*/', end + 2)) {
    const at = skipSpace(text, end + 2);
    const close = text[at] === '-' ? at + 1 : at;
    if (text.startsWith('}}', close)) return close + 2;
  }
  return -1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text[at] as string)) at++;
  return at;
}

/** The text with each action, including its braces, replaced by the result of `change`. */
export function replaceActions(text: string, change: (action: string) => string): string {
  let result = '';
  let kept = 0;
  for (const { from, to } of findActions(text)) {
    result += text.slice(kept, from) + change(text.slice(from, to));
    kept = to;
  }
  return result + text.slice(kept);
}

/** Longer actions are cut off. */
const MAX_ACTION_LENGTH = 10_000;

/** The actions of a text, without their braces, dashes and surrounding white space. */
export const parseActions = (text: string): string[] =>
  findActions(text).map(({ from, to }) => trimAction(text.slice(from, to)));

function findActions(text: string): { from: number; to: number }[] {
  const found: { from: number; to: number }[] = [];
  for (let from = text.indexOf('{{'); from >= 0; ) {
    const close = text.indexOf('}}', from + 2);
    if (close < 0) break;
    found.push({ from, to: close + 2 });
    from = text.indexOf('{{', close + 2);
  }
  return found;
}

function trimAction(action: string): string {
  const from = action.startsWith('{{-') && action.length > 4 ? 3 : 2;
  const text = action.slice(from, -2);
  return (text.endsWith('-') ? text.slice(0, -1) : text).trim().slice(0, MAX_ACTION_LENGTH);
}
