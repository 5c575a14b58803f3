import semver from 'semver';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { isStable, type Version, versionOfTag } from '../../../lib/versions.ts';
import type { Tag } from './history.ts';
import { majorTag } from './version-rules.ts';

/** A repository whose tags are on side branches would need a comparison for every tag. */
export const MAX_COMPARISONS = 30;

/**
 * The tags that can precede a release, the highest first: lower versions, only stable ones for a stable version.
 * Of two spellings of one version (`1.2.0`, `v1.2.0`), the style of the release's tag comes first.
 */
export function previousTagCandidates(tag: string, version: Version, tags: readonly Tag[]): Tag[] {
  const hasSameStyle = (name: string): number => Number(name.startsWith('v') === tag.startsWith('v'));
  return tags
    .flatMap((candidate) => {
      const candidateVersion = versionOfTag(candidate.name);
      const isCandidate =
        candidateVersion !== undefined &&
        semver.lt(candidateVersion, version) &&
        (isStable(candidateVersion) || !isStable(version));
      return isCandidate ? [{ candidate, candidateVersion }] : [];
    })
    .sort(
      (a, b) =>
        semver.rcompare(a.candidateVersion, b.candidateVersion) ||
        hasSameStyle(b.candidate.name) - hasSameStyle(a.candidate.name),
    )
    .map(({ candidate }) => candidate);
}

/**
 * The highest candidate that is an ancestor of the release's commit.
 * One comparison with a tag on a side branch also excludes the lower tags of that branch, which are among the commits that it returns.
 * @param commitsNotInHead the commits of a tag that are not in the release's history; none for an ancestor
 * @returns the tag, or `limitReached` after too many comparisons
 */
export async function findPreviousTag(
  candidates: readonly Tag[],
  head: CommitSha,
  commitsNotInHead: (tag: Tag) => Promise<ReadonlySet<string>>,
): Promise<{ tag: Tag | undefined; limitReached: boolean }> {
  const excluded = new Set<string>();
  let comparisons = 0;
  for (const tag of candidates) {
    if (excluded.has(tag.commit)) continue;
    if (tag.commit === head) return { tag, limitReached: false };
    if (comparisons++ === MAX_COMPARISONS) return { tag: undefined, limitReached: true };
    const commits = await commitsNotInHead(tag);
    if (commits.size === 0) return { tag, limitReached: false };
    for (const commit of commits) excluded.add(commit);
  }
  return { tag: undefined, limitReached: false };
}

/**
 * Whether GitHub's notes could start at the wrong tag. Without a previous tag GitHub chooses the latest release, which may be newer or of another
 * line. This is impossible only for the first version of a repository. (A published release always has a tag.) The major tag that
 * already points to this release does not count.
 */
export function mayStartAtWrongTag(
  tag: string,
  { version, commit, tags }: { version: Version; commit: CommitSha; tags: readonly Tag[] },
): boolean {
  const major = majorTag(tag, version, tags);
  return tags.some((other) => other.name !== tag && !(other.name === major && other.commit === commit));
}
