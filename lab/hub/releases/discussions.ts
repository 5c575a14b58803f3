import { notFound } from '../errors.ts';
import type { RepositoryScope } from '../repository-call.ts';
import type { Release } from '../store/types.ts';

/** The categories of a new repository: https://docs.github.com/discussions/managing-discussions-for-your-community/managing-categories-for-discussions-in-your-repository */
const CATEGORIES: ReadonlySet<string> = new Set(['Announcements', 'General', 'Ideas', 'Polls', 'Q&A', 'Show and tell']);

/** @throws ApiError 404 when the repository has no such category */
export function requireCategory(name: string): void {
  if (!CATEGORIES.has(name)) throw notFound();
}

/** Begins the discussion of a release that is published with a category. A release has at most one. */
export function withDiscussion({ core, repository }: RepositoryScope, release: Release): Release {
  if (release.draft || release.discussionCategory === null || release.discussion !== null) return release;
  return { ...release, discussion: core.store.nextNumber(repository) };
}
