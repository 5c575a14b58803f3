import { ActionError } from '../../../lib/errors.ts';
import type { ImageReference } from '../../../lib/images/images-output.ts';
import { markdownTable } from '../../../lib/markdown.ts';
import { MAX_BODY_LENGTH } from '../releases/canonical.ts';

export interface NotesParts {
  /** The user's text; never truncated. */
  body: string;
  /** The list of changes; its end is removed when the text is too long. */
  changes: string;
  /** A line that links to all changes, or the definitions of links; never removed. */
  link: string;
  images: readonly ImageReference[];
}

/**
 * The text of the release: body, changes, link, images.
 * @returns the text, and how many lines of the changes were removed
 * @throws {ActionError} when the other parts alone are too long
 */
export function composeNotes({ body, changes, link, images }: NotesParts): { text: string; cut: number } {
  const join = (shown: string, cut: number): string =>
    [body, shown, cut === 0 ? '' : formatCutNotice(cut), link, imageTable(images)]
      .filter((part) => part !== '')
      .join('\n\n');

  const full = join(changes, 0);
  if (full.length <= MAX_BODY_LENGTH) return { text: full, cut: 0 };
  const lines = changes.split('\n');
  const rest = join('', lines.length).length;
  if (rest + 2 > MAX_BODY_LENGTH) {
    const own = join('', 0).length;
    const excess = own > MAX_BODY_LENGTH ? '' : `, and a note that changes are missing needs ${rest + 2 - own} more`;
    throw new ActionError({
      what: 'the text of the release is too long',
      why: `without the list of changes, which can be truncated, it has ${own} characters${excess}; GitHub accepts ${MAX_BODY_LENGTH}`,
      next: 'Shorten `body`, or attach the long text as a file and link to it.',
    });
  }
  let kept = 0;
  for (let room = MAX_BODY_LENGTH - rest - 2; kept < lines.length; kept++) {
    room -= (lines[kept]?.length ?? 0) + 1;
    if (room < 0) break;
  }
  return { text: join(lines.slice(0, kept).join('\n').trimEnd(), lines.length - kept), cut: lines.length - kept };
}

const formatCutNotice = (cut: number): string =>
  `_${cut} more lines are not shown: GitHub accepts at most 125,000 characters here._`;

function imageTable(images: readonly ImageReference[]): string {
  if (images.length === 0) return '';
  const rows = images.map(({ repository, tags, digest }) => [
    { code: repository },
    tags.length === 0 ? '' : { code: tags.join(', ') },
    { code: digest },
  ]);
  return `### Images\n\n${markdownTable({ header: ['Image', 'Tags', 'Digest'], rows })}`;
}

/** Generated notes end with a line that links to all changes; it is separated so that it is never removed. */
export function splitLink(notes: string): { changes: string; link: string } {
  const found = /\n*(?<link>\*\*Full Changelog\*\*:.*)\s*$/i.exec(notes);
  if (found === null) return { changes: notes.trim(), link: '' };
  return { changes: notes.slice(0, found.index).trim(), link: found.groups?.link?.trim() ?? '' };
}
