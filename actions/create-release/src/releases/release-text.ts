import { createHash } from 'node:crypto';
import type { BodyMode } from '../inputs/inputs.ts';
import { MAX_BODY_LENGTH, removeDraftMarker } from './canonical.ts';

/**
 * The text of this action in the text of a release, between two comments that readers do not see. The first has a hash of the text, so that a later
 * run replaces its own text, but not one that a person has edited since. GitHub marks generated notes with a comment in the same way.
 */
const SECTION = /<!-- create-release: text ([0-9a-f]{12}) -->\n?([\s\S]*?)\n?<!-- create-release: end of text -->/g;

/** GitHub's pages send line breaks as CRLF. Spaces at the start of the first line can mean code. */
const normalize = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/^\s*\n/, '')
    .trimEnd();

const hashOf = (text: string): string => createHash('sha256').update(normalize(text)).digest('hex').slice(0, 12);

/** The body of a new release. A text that leaves no room for the comments goes without them. */
export function markedText(text: string): string {
  if (text === '') return '';
  const marked = `<!-- create-release: text ${hashOf(text)} -->\n${text}\n<!-- create-release: end of text -->`;
  return marked.length > MAX_BODY_LENGTH ? text : marked;
}

/** A text without the markers of this action. The text of a step can have them: from the text of another release. */
export const withoutMarkers = (text: string): string =>
  removeDraftMarker(text).replaceAll(
    /<!-- create-release: text [0-9a-f]{12} -->\n?|\n?<!-- create-release: end of text -->/g,
    '',
  );

/** What readers see of a body. */
export const visibleText = (body: string): string => normalize(withoutMarkers(normalize(body)));

/** Whether two bodies show the same text. Line endings and white space at the ends do not count. */
export const isSameText = (a: string, b: string): boolean => visibleText(a) === visibleText(b);

export interface MergedText {
  body: string;
  /** How the text of the step got into a text that was there, as a predicate; `undefined` when nothing of a person was there. */
  how: string | undefined;
}

/** The body of a release that exists, with the text of this step in it. Nothing that a person wrote is lost, unless the mode is `replace`. */
export function mergeText(existing: string, text: string, mode: BodyMode): MergedText {
  const body = normalize(removeDraftMarker(existing));
  if (text === '' || isSameText(body, text)) return { body, how: undefined };
  const section = markedText(text);
  if (body === '' || mode === 'replace') return { body: section, how: body === '' ? undefined : 'was replaced' };
  if (mode === 'keep') return { body, how: 'was kept' };
  // Of several sections a person has copied all but one from other releases.
  const [own, ...copied] = body.matchAll(SECTION);
  if (own !== undefined) {
    const [whole, hash, current = ''] = own;
    if (copied.length > 0 || hashOf(current) !== hash)
      return { body, how: 'was edited by hand, and was kept (set body-mode: replace to replace it)' };
    const merged = body.replace(whole, () => section);
    const isUnchanged = merged === body || merged === section;
    return isUnchanged
      ? { body: merged, how: undefined }
      : ifAccepted(merged, body, 'was kept around the text of this step');
  }
  const parts = mode === 'append' ? [body, section] : [section, body];
  const place = mode === 'append' ? 'above' : 'below';
  return ifAccepted(parts.join('\n\n'), body, `was kept ${place} the text of this step`);
}

function ifAccepted(merged: string, body: string, how: string): MergedText {
  return merged.length <= MAX_BODY_LENGTH
    ? { body: merged, how }
    : { body, how: 'was kept alone, because both together are longer than GitHub accepts' };
}
