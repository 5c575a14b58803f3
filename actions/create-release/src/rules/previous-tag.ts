import semver from 'semver';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { isStable, type Version, versionOfTag } from '../../../lib/versions.ts';
import type { Tag } from '../history.ts';
import { majorTagOf } from './marks.ts';

/** So many questions are asked at most; a repository that tags beside its branches would need one for every tag. */
export const MAX_COMPARISONS = 30;

/**
 * The tags from which a release may come, nearest first: lower versions, only stable ones for a stable version.
 * Of two spellings of one version (`1.2.0`, `v1.2.0`) the release's own comes first.
 */
export function candidates(tag: string, version: Version, tags: readonly Tag[]): Tag[] {
  const ownStyle = (name: string): number => Number(name.startsWith('v') === tag.startsWith('v'));
  return tags
    .flatMap((each) => {
      const other = versionOfTag(each.name);
      const usable = other !== undefined && semver.lt(other, version) && (isStable(other) || !isStable(version));
      return usable ? [{ each, other }] : [];
    })
    .sort((a, b) => semver.rcompare(a.other, b.other) || ownStyle(b.each.name) - ownStyle(a.each.name))
    .map(({ each }) => each);
}

/**
 * The highest candidate that is an ancestor of the release's commit.
 * One question about a tag on a side branch also answers for all lower tags of that branch: the commits beyond `head` name them.
 * @param beyond the commits of a tag that the release does not have; none for an ancestor
 * @returns the tag, or `gaveUp` when the number of questions ran out
 */
export async function findPrevious(
  nearestFirst: readonly Tag[],
  head: CommitSha,
  beyond: (tag: Tag) => Promise<ReadonlySet<string>>,
): Promise<{ tag: Tag | undefined; gaveUp: boolean }> {
  const excluded = new Set<string>();
  let questions = 0;
  for (const tag of nearestFirst) {
    if (excluded.has(tag.commit)) continue;
    if (tag.commit === head) return { tag, gaveUp: false };
    if (questions++ === MAX_COMPARISONS) return { tag: undefined, gaveUp: true };
    const commits = await beyond(tag);
    if (commits.size === 0) return { tag, gaveUp: false };
    for (const commit of commits) excluded.add(commit);
  }
  return { tag: undefined, gaveUp: false };
}

/**
 * Whether notes without a previous tag could start at a wrong one when they are left to GitHub: it then looks for a start itself, and takes the
 * latest release, which may be newer or of another line. Only the first version of a repository leaves it nothing to find. (A release has a tag
 * as long as it is published.) The major tag that already follows this very release is no other start.
 */
export function mayStartWrong(tag: string, version: Version, commit: CommitSha, tags: readonly Tag[]): boolean {
  const major = majorTagOf(tag, version, tags);
  return tags.some(({ name, commit: at }) => name !== tag && !(name === major && at === commit));
}
