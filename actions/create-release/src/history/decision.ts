import { ActionError } from '../../../lib/errors.ts';
import { type CommitSha, parseCommitSha } from '../../../lib/identifiers.ts';
import { isStable } from '../../../lib/versions.ts';
import type { Settings } from '../inputs/inputs.ts';
import { withExplanation } from '../releases/errors.ts';
import type { History, Overview, ReleaseState, Tag } from './history.ts';
import { type Candidate, findPreviousTag, MAX_LINES, previousTagCandidates } from './previous-tag.ts';
import { isHighestOfSeries, parseTagVersion, type TagVersion } from './tag-version.ts';
import { isPrereleaseVersion, versionsOf, withoutMovingTags } from './version-rules.ts';

/** Everything about the release that follows from its tag and the history of the repository. */
export interface Decision {
  /** The tag's commit, or the commit that the tag is created on or moved to. */
  commit: CommitSha;
  /** The commit that publishing creates the tag on; `undefined` when the tag exists. */
  target: CommitSha | undefined;
  /** Where the tag points at the start; `undefined` when it does not exist. */
  tagged: CommitSha | undefined;
  /** `undefined` for a tag that is not a version. */
  release: TagVersion | undefined;
  previous: Tag | undefined;
  /** Whether a new release is a pre-release. */
  prerelease: boolean;
  /** Whether a new release becomes the latest. */
  latest: boolean;
  tags: readonly Tag[];
  /** The releases at the start. */
  releases: ReleaseState;
  warnings: string[];
  notices: string[];
}

/** @throws {ActionError} when the tag, the target or the previous tag does not exist */
export async function makeDecision(settings: Settings, history: History): Promise<Decision> {
  const { tag } = settings;
  const release = parseTagVersion(tag, settings.tagPrefix);
  const overview = await readOverviewOf(settings, history);
  const { releases } = overview;
  const tags = withoutMovingTags(overview.tags, settings.tagPrefix);
  const found = await findCommit(settings, history, overview);
  const prerelease = decidePrerelease(settings, release);
  const latest = decideLatest(settings, { release, prerelease, tags, releases });
  const previous = await resolvePreviousTag(settings, { release, commit: found.commit, tags }, history);
  return {
    ...found,
    release,
    previous: previous.tag,
    prerelease,
    latest: latest.value,
    tags,
    releases,
    warnings: [...found.warnings, ...previous.warnings],
    notices: latest.notices,
  };
}

/** The tag, the tags near it and its releases, in one request. */
export function readOverviewOf({ tag, tagPrefix }: Settings, history: History): Promise<Overview> {
  return withExplanation('reading the tags and releases', () => history.overview(tag, nearbyNames(tag, tagPrefix)));
}

/** The beginnings of the tags that may precede a release: its minor, its major and the major before, and its prefix. */
export function nearbyNames(tag: string, tagPrefix: string | undefined): string[] {
  const release = parseTagVersion(tag, tagPrefix);
  const prefix = release?.prefix ?? tagPrefix ?? '';
  const names = prefix === '' ? [] : [prefix];
  if (release === undefined) return names;
  const text = tag.slice(prefix.length);
  const [, v = '', major = '', minor = ''] = /^(v?)(\d+)\.(\d+)/.exec(text) ?? [];
  names.push(`${prefix}${v}${major}.${minor}.`, `${prefix}${v}${major}.`);
  if (release.version.major > 0) names.push(`${prefix}${v}${release.version.major - 1}.`);
  return names;
}

export function decidePrerelease({ prerelease }: Settings, release: TagVersion | undefined): boolean {
  return typeof prerelease === 'boolean' ? prerelease : isPrereleaseVersion(release);
}

interface LatestFacts extends Pick<Decision, 'release' | 'prerelease' | 'tags' | 'releases'> {}

/**
 * Only the highest stable version becomes the latest: no tag that was read, and not the latest release, is a higher one. The repository has one
 * latest release: it does not move from one component to another by itself.
 */
function decideLatest(
  { tag, makeLatest, moveTag, tagPrefix }: Settings,
  { release, prerelease, tags, releases }: LatestFacts,
): { value: boolean; notices: string[] } {
  if (typeof makeLatest === 'boolean') return { value: makeLatest, notices: [] };
  const isGiven = makeLatest === 'auto';
  if (release === undefined) {
    const message = `The tag ${tag} does not name a version, so the release is not marked as the latest, and GitHub chooses where its notes start. Set make-latest or previous-tag to choose.`;
    return { value: false, notices: isGiven || moveTag || prerelease ? [] : [message] };
  }
  if (prerelease) return { value: false, notices: [] };
  const names = [...tags.map(({ name }) => name), ...(releases.latest === undefined ? [] : [releases.latest.tag])];
  const isHighest = isHighestOfSeries(release, versionsOf(names, tagPrefix));
  const [current] = versionsOf(releases.latest === undefined ? [] : [releases.latest.tag], tagPrefix);
  const isOther = current !== undefined && current.prefix !== release.prefix;
  if (!isHighest || !isOther) return { value: isHighest, notices: [] };
  const message = `${releases.latest?.tag}, of another component, remains the latest release. Set make-latest: true to change that.`;
  return { value: false, notices: isGiven ? [] : [message] };
}

type FoundCommit = Pick<Decision, 'commit' | 'target' | 'tagged' | 'warnings'>;

async function findCommit(settings: Settings, history: History, overview: Overview): Promise<FoundCommit> {
  const { tag, target, moveTag } = settings;
  const existing =
    overview.commit ?? (await withExplanation(`looking up the tag ${tag}`, () => history.resolveTag(tag)));
  if (moveTag)
    return { commit: await resolveTarget(settings, history), target: undefined, tagged: existing, warnings: [] };
  if (target === undefined) {
    if (existing !== undefined) return { commit: existing, target: undefined, tagged: existing, warnings: [] };
    throw new ActionError({
      what: `the tag ${tag} does not exist`,
      why: 'the repository has no such tag, and `target` is not set',
      next: 'Push the tag first, or set `target` to the branch or commit to create it on.',
    });
  }
  const isCommit = 'value' in parseCommitSha(target);
  if (existing !== undefined && isCommit && existing !== target) {
    throw new ActionError({
      what: `the tag ${tag} already points to another commit`,
      why: `the tag points to ${existing}, but target is ${target}`,
      next: 'Remove `target` to release the existing tag, release under a new tag, or set `move-tag: true` for a tag that moves.',
    });
  }
  const commit = await resolveTarget(settings, history);
  if (existing === undefined) return { commit, target: commit, tagged: undefined, warnings: [] };
  // A branch may have moved since the tag was created: the tag then stays, and a second run changes nothing.
  const warning = `The tag ${tag} exists at ${existing} and stays there, although the target ${target} is at ${commit}: this is a release of ${existing}. Set move-tag: true for a tag that moves.`;
  return { commit: existing, target: undefined, tagged: existing, warnings: commit === existing ? [] : [warning] };
}

async function resolveTarget({ target = '' }: Settings, history: History): Promise<CommitSha> {
  const commit = await withExplanation(`looking up the target ${target}`, () => history.resolveCommit(target));
  if (commit !== undefined) return commit;
  throw new ActionError({
    what: `the target ${target} does not exist`,
    why: `the repository has neither a branch nor a commit ${target}`,
    next: 'Set `target` to a branch or commit of this repository.',
  });
}

interface PreviousFacts extends Pick<Decision, 'release' | 'commit' | 'tags'> {}

async function resolvePreviousTag(
  { tag, tagPrefix, previousTag, moveTag }: Settings,
  { release, commit, tags }: PreviousFacts,
  history: History,
): Promise<{ tag: Tag | undefined; warnings: string[] }> {
  if (previousTag !== undefined) return { tag: await resolveNamedTag(previousTag, tags, history), warnings: [] };
  // For a tag that is not a version GitHub chooses the start, but not for one that moves: it would choose the tag itself.
  if (release === undefined && !moveTag && tagPrefix === undefined) return { tag: undefined, warnings: [] };
  const candidates = previousTagCandidates({ tag, release, prefix: tagPrefix }, tags);
  const { tag: previous, limitReached } = await findPrevious(tag, candidates, commit, history);
  const warning = `None of the highest version of ${MAX_LINES} lines below ${tag} shares history with it, so the notes do not start at a tag. Set previous-tag to choose one.`;
  return { tag: previous, warnings: limitReached ? [warning] : [] };
}

export function findPrevious(tag: string, candidates: readonly Candidate[], commit: CommitSha, history: History) {
  return findPreviousTag(candidates, commit, (other) =>
    withExplanation(`comparing ${tag} with ${other.name}`, () => history.compare(other.commit, commit)),
  );
}

async function resolveNamedTag(name: string, tags: readonly Tag[], history: History): Promise<Tag> {
  const listed = tags.find((other) => other.name === name);
  if (listed !== undefined) return listed;
  const commit = await withExplanation(`looking up the tag ${name}`, () => history.resolveTag(name));
  if (commit !== undefined) return { name, commit };
  throw new ActionError({
    what: `the previous tag ${name} does not exist`,
    why: 'the repository has no such tag',
    next: 'Set `previous-tag` to an existing tag, or remove it.',
  });
}

/** Whether a published release has a higher stable version, and so should be the latest. */
export function higherRelease(
  { release }: Decision,
  { newest }: ReleaseState,
  tagPrefix: string | undefined,
): ReleaseState['newest'][number] | undefined {
  if (release === undefined) return undefined;
  return newest
    .filter(({ draft, prerelease }) => !draft && !prerelease)
    .find(({ tag }) => {
      const [other] = versionsOf([tag], tagPrefix);
      return other !== undefined && isStable(other.version) && !isHighestOfSeries(release, [other]);
    });
}
