import type { Release } from '../releases.ts';

/** Which of a tag's releases counts: a published one, else the oldest draft. Every run that sees the same list agrees. */
export function canonical(releases: readonly Release[]): Release | undefined {
  return [...releases].sort((a, b) => Number(a.draft) - Number(b.draft) || a.id - b.id)[0];
}

const MARK = 'create-release: unfinished draft';
const markOf = (run: string): string => `<!-- ${MARK} ${run} -->`;

/** GitHub refuses a longer text: "body is too long (maximum is 125000 characters)". */
export const MAX_LENGTH = 125_000;

/**
 * The text of a draft while it is being filled: people see the notes, later runs see that the draft is this action's. The end of
 * a text that leaves no room for the mark comes when the draft is complete.
 */
export function markBody(body: string, run: string): string {
  const mark = `\n\n${markOf(run)}`;
  return body.slice(0, MAX_LENGTH - mark.length) + mark;
}

/** The text without any mark. */
export const withoutMark = (body: string): string =>
  body.replaceAll(new RegExp(`\\s*<!-- ${MARK} [0-9a-z-]+ -->`, 'g'), '');

export const isMarked = ({ body }: Release): boolean => body.includes(`<!-- ${MARK} `);
export const isMarkedBy = ({ body }: Release, run: string): boolean => body.includes(markOf(run));

/**
 * Drafts beside the chosen release that may be deleted without losing anything: this run's own while they are empty, and once the
 * chosen one is published and thus complete, every unfinished draft of this action. A draft that a person wrote is never among them.
 */
export function duplicates(releases: readonly Release[], chosen: Release, run: string): Release[] {
  return releases.filter(
    (each) =>
      each.id !== chosen.id &&
      each.draft &&
      (chosen.draft ? isMarkedBy(each, run) && each.assetCount === 0 : isMarked(each)),
  );
}
