/** The tags of releases: what deleting one does, and the tags that immutable releases lock for ever. */
import type { FieldError } from '../errors.ts';
import { ZERO } from '../git/repository.ts';
import type { RepositoryScope } from '../repository-call.ts';
import { now } from '../store/store.ts';
import type { Release, Repository } from '../store/types.ts';

/** A repository with the same name later still cannot use the tags, so the name is the scope. */
const scopeOf = ({ owner, name }: Repository): string => `${owner}/${name}`.toLowerCase();

/** Records that a release of this tag was published as immutable. Deleting the release does not free the tag. */
export function lockTag({ core, repository }: RepositoryScope, tag: string): void {
  core.store.lockedTags.put(scopeOf(repository), tag, tag);
}

export function isLockedTag({ core, repository }: RepositoryScope, tag: string): boolean {
  return core.store.lockedTags.get(scopeOf(repository), tag) !== undefined;
}

const toTag = (ref: string): string | undefined => /^refs\/tags\/(.+)$/.exec(ref)?.[1];

/** The published release of a tag. */
export function releaseOfTag({ core, repository }: RepositoryScope, tag: string): Release | undefined {
  return core.store.releases.list(repository.id).find((release) => release.tag === tag && !release.draft);
}

/**
 * GitHub's sentence for a change of a tag that an immutable release locks; undefined when the change is allowed. The tag of
 * a published one stays where it is. That of a deleted one can be deleted, but not created
 * (https://docs.github.com/code-security/concepts/supply-chain-security/immutable-releases). GitHub words this as a rule:
 * https://github.com/github-community-projects/ospo-reusable-workflows/issues/83
 */
export function lockedTagViolation(
  scope: RepositoryScope,
  { ref, before, after }: { ref: string; before: string; after: string },
): string | undefined {
  const tag = toTag(ref);
  if (tag === undefined || !isLockedTag(scope, tag)) return undefined;
  if (before === ZERO) return 'Cannot create ref due to creations being restricted.';
  if (!releaseOfTag(scope, tag)?.immutable) return undefined;
  return after === ZERO ? 'Cannot delete this protected ref.' : 'Cannot update this protected ref.';
}

/** The errors of a release with the tag of a deleted immutable release, in GitHub's words and order. */
export function lockedTagErrors(tagExists: boolean): FieldError[] {
  const custom = { resource: 'Release', code: 'custom' } as const;
  const used = { ...custom, field: 'tag_name', message: 'tag_name was used by an immutable release' };
  if (tagExists) return [used];
  const message =
    'pre_receive Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n';
  return [
    { ...custom, field: 'pre_receive', message },
    used,
    { ...custom, message: 'Published releases must have a valid tag' },
  ];
}

/** A published release whose tag is deleted becomes a draft: https://github.com/softprops/action-gh-release/issues/772 */
export function unpublish(scope: RepositoryScope, ref: string): void {
  const tag = toTag(ref);
  const release = tag === undefined ? undefined : releaseOfTag(scope, tag);
  if (!release) return;
  const draft = { ...release, draft: true, publishedAt: null, pinned: 0, updatedAt: now() };
  scope.core.store.releases.put(scope.repository.id, release.id, draft);
}
