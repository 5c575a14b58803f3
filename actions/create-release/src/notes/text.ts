import { escapeMarkdown } from '../../../lib/markdown.ts';

/** Control characters, and those that change the direction of text and so can make it look like something else. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Text from elsewhere, such as a commit's subject, as one line of Markdown that shows exactly this text:
 * no HTML, no formatting, no list or heading at its start, no formula, and `@name` does not notify anyone.
 */
export function plainText(text: string): string {
  return escapeMarkdown(text.replaceAll(INVISIBLE, ' ').trim())
    .replaceAll('$', '\\$')
    .replaceAll('@', '@&#8203;')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}
