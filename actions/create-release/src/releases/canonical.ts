import type { Release } from './releases.ts';

/** Which of a tag's releases counts: a published one, otherwise the oldest draft. Every run that sees the same list agrees. */
export function canonicalRelease<T extends Pick<Release, 'id' | 'draft'>>(releases: readonly T[]): T | undefined {
  return [...releases].sort((a, b) => Number(a.draft) - Number(b.draft) || a.id - b.id)[0];
}

const DRAFT_MARKER = 'create-release: unfinished draft';
const draftMarker = (run: string): string => `<!-- ${DRAFT_MARKER} ${run} -->`;

/** GitHub refuses a longer body: "body is too long (maximum is 125000 characters)". */
export const MAX_BODY_LENGTH = 125_000;

/** The body of an incomplete draft: people see the notes, unless they are too long, and later runs see that the draft is this action's. */
export function addDraftMarker(body: string, run: string): string {
  const marked = `${body}\n\n${draftMarker(run)}`;
  return marked.length > MAX_BODY_LENGTH ? draftMarker(run) : marked;
}

/** The body without any marker. */
export const removeDraftMarker = (body: string): string =>
  body.replaceAll(new RegExp(`\\s*<!-- ${DRAFT_MARKER} [0-9a-z-]+ -->`, 'g'), '');

export const isUnfinishedDraft = ({ body }: Pick<Release, 'body'>): boolean => body.includes(`<!-- ${DRAFT_MARKER} `);
export const isDraftOf = ({ body }: Release, run: string): boolean => body.includes(draftMarker(run));

/**
 * Drafts other than the kept release that can be deleted without losing anything: this run's own while they are empty and, once the
 * kept release is published and thus complete, every unfinished draft of this action. A draft that a person wrote is never deleted.
 */
export function duplicateDrafts(releases: readonly Release[], kept: Release, run: string): Release[] {
  return releases.filter(
    (release) =>
      release.id !== kept.id &&
      release.draft &&
      (kept.draft ? isDraftOf(release, run) && release.assets.length === 0 : isUnfinishedDraft(release)),
  );
}
