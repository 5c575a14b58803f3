import { escapeMarkdown } from '../../../lib/markdown.ts';

/** Control characters, and those that turn the direction of text around and so can show something else than is there. */
const INVISIBLE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * A text by others (a commit's subject, say) as one line of Markdown that shows just this text:
 * no HTML, no formatting, no list or heading at its start, no formula, and `@name` notifies nobody.
 */
export function plainText(text: string): string {
  return escapeMarkdown(text.replaceAll(INVISIBLE, ' ').trim())
    .replaceAll('$', '\\$')
    .replaceAll('@', '@&#8203;')
    .replace(/^([-+=])/, '\\$1')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}
