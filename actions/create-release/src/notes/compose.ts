import { ActionError } from '../../../lib/errors.ts';
import type { ImageReference } from '../../../lib/images-output.ts';
import { markdownTable } from '../../../lib/markdown.ts';
import { MAX_LENGTH } from '../rules/canonical.ts';

export interface Parts {
  /** The user's own text; never cut. */
  body: string;
  /** The list of changes; its end is cut when there is no room. */
  changes: string;
  /** A line that links to all changes; never cut. */
  link: string;
  images: readonly ImageReference[];
}

/**
 * The release's text: own words, changes, link, images.
 * @returns the text and how many lines of the changes had no room
 * @throws {ActionError} when the parts that are never cut are too long by themselves
 */
export function compose({ body, changes, link, images }: Parts): { text: string; cut: number } {
  const join = (shown: string, cut: number): string =>
    [body, shown, cut === 0 ? '' : cutLine(cut), link, imageTable(images)].filter((part) => part !== '').join('\n\n');

  const whole = join(changes, 0);
  if (whole.length <= MAX_LENGTH) return { text: whole, cut: 0 };
  const lines = changes.split('\n');
  const rest = join('', lines.length).length;
  if (rest + 2 > MAX_LENGTH) {
    throw new ActionError({
      what: 'the text of the release is too long',
      why: `body and images take ${rest} characters; GitHub accepts 125000, and only a list of changes may be cut`,
      next: 'Shorten `body`, or attach the long text as a file and link to it.',
    });
  }
  let kept = 0;
  for (let room = MAX_LENGTH - rest - 2; kept < lines.length; kept++) {
    room -= (lines[kept]?.length ?? 0) + 1;
    if (room < 0) break;
  }
  return { text: join(lines.slice(0, kept).join('\n').trimEnd(), lines.length - kept), cut: lines.length - kept };
}

const cutLine = (cut: number): string =>
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

/** Generated notes end with a line that links to all changes; it is kept apart so that it survives a cut. */
export function splitLink(notes: string): { changes: string; link: string } {
  const found = /\n*(?<link>\*\*Full Changelog\*\*:.*)\s*$/i.exec(notes);
  if (found === null) return { changes: notes.trim(), link: '' };
  return { changes: notes.slice(0, found.index).trim(), link: found.groups?.link?.trim() ?? '' };
}
