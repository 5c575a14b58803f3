import { settleConcurrently } from '../../../lib/concurrency.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { isStable } from '../../../lib/versions.ts';
import type { Comparison, Tag } from './history.ts';
import { compareVersions, isSameSeries, parseTagVersion, type TagVersion } from './tag-version.ts';
import { majorTagName } from './version-rules.ts';

/** How many lines of versions (`1.4`, `1.3`) are compared when the highest lower version is not an ancestor. */
export const MAX_LINES = 10;
const MAX_CONCURRENT_COMPARISONS = 5;

/** A tag that can precede a release. */
export interface Candidate extends Tag {
  release: TagVersion;
}

/**
 * The tags that can precede a release, the highest first: lower versions of its series, only stable ones for a stable version.
 * Of two spellings of one version (`1.2.0`, `v1.2.0`), the style of the release's tag comes first.
 * @param release `undefined` for a tag that is not a version: then all stable versions with the prefix are candidates
 */
export function previousTagCandidates(
  { tag, release, prefix }: { tag: string; release: TagVersion | undefined; prefix: string | undefined },
  tags: readonly Tag[],
): Candidate[] {
  const hasV = (name: string, start: string): boolean => name.slice(start.length).startsWith('v');
  const hasSameStyle = ({ name, release: { prefix } }: Candidate): number =>
    Number(hasV(name, prefix) === hasV(tag, prefix));
  const series = release ?? { prefix: prefix ?? '' };
  return tags
    .flatMap((other) => {
      const version = parseTagVersion(other.name, series.prefix === '' ? undefined : series.prefix);
      return version === undefined ? [] : [{ ...other, release: version }];
    })
    .filter((other) => {
      if (!isSameSeries(other.release, series)) return false;
      const isLower = release === undefined || compareVersions(other.release.version, release.version) < 0;
      const mayPrecede = isStable(other.release.version) || (release !== undefined && !isStable(release.version));
      return other.name !== tag && isLower && mayPrecede;
    })
    .sort(
      (a, b) =>
        compareVersions(b.release.version, a.release.version) ||
        hasSameStyle(b) - hasSameStyle(a) ||
        b.release.numbers - a.release.numbers,
    );
}

/**
 * The tag that the notes start at: the highest candidate if it is an ancestor, which takes one comparison. Otherwise the candidate with the newest
 * merge base, so that nothing that was released before is listed again: the one with the fewest commits between it and the release. A version on a
 * branch of its own, and a commit that was made for the tag alone, are beside the trunk. A tag at the merge base itself is preferred, and so is an
 * ancestor.
 * @returns the tag, or `limitReached` when no compared tag shares history with the release and others were not compared
 */
export async function findPreviousTag(
  candidates: readonly Candidate[],
  head: CommitSha,
  compare: (tag: Tag) => Promise<Comparison | undefined>,
): Promise<{ tag: Tag | undefined; limitReached: boolean }> {
  const [highest] = candidates;
  if (highest === undefined) return { tag: undefined, limitReached: false };
  if (highest.commit === head) return { tag: highest, limitReached: false };
  const first = await compare(highest);
  if (first?.behind === 0) return { tag: highest, limitReached: false };

  const lines = highestOfEachLine(candidates.slice(1));
  const compared = lines.slice(0, MAX_LINES);
  const results = await settleConcurrently(compared, MAX_CONCURRENT_COMPARISONS, compare);
  const found = [{ tag: highest, comparison: first }];
  for (const [index, result] of results.entries()) {
    if (result.status === 'rejected') throw result.reason;
    const tag = compared[index];
    if (tag !== undefined) found.push({ tag, comparison: result.value });
  }
  const related = found.flatMap(({ tag, comparison }) => (comparison === undefined ? [] : [{ tag, comparison }]));
  const [nearest] = related.sort(
    (a, b) =>
      a.comparison.ahead - b.comparison.ahead || Number(a.comparison.behind > 0) - Number(b.comparison.behind > 0),
  );
  if (nearest === undefined) return { tag: undefined, limitReached: lines.length > compared.length };
  const atMergeBase = candidates.find(({ commit }) => commit === nearest.comparison.mergeBase);
  return { tag: nearest.comparison.behind > 0 ? (atMergeBase ?? nearest.tag) : nearest.tag, limitReached: false };
}

function highestOfEachLine(candidates: readonly Candidate[]): Candidate[] {
  const lines = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const { major, minor } = candidate.release.version;
    const line = `${major}.${minor}`;
    if (!lines.has(line)) lines.set(line, candidate);
  }
  return [...lines.values()];
}

/**
 * Whether GitHub's notes could start at the wrong tag. Without a previous tag GitHub chooses the latest release, which may be newer or of another
 * line. This is impossible only for the first version of a repository. (A published release always has a tag.) The major tag that
 * already points to this release does not count.
 */
export function mayStartAtWrongTag(
  tag: string,
  { release, commit, tags }: { release: TagVersion; commit: CommitSha; tags: readonly Tag[] },
): boolean {
  const major = majorTagName(tag, release);
  return tags.some((other) => other.name !== tag && !(other.name === major && other.commit === commit));
}
