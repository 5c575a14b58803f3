import { ActionError } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { type Version, versionOfTag } from '../../../lib/versions.ts';
import type { Settings } from '../inputs/inputs.ts';
import { withExplanation } from '../releases/errors.ts';
import type { History, Tag } from './history.ts';
import { findPreviousTag, MAX_COMPARISONS, previousTagCandidates } from './previous-tag.ts';
import { isLatest, isPrerelease } from './version-rules.ts';

/** Everything about the release that follows from its tag and the history of the repository. */
export interface Decision {
  /** The tag's commit, or the commit that publishing creates the tag on. */
  commit: CommitSha;
  /** `undefined` when the tag exists. */
  target: CommitSha | undefined;
  version: Version | undefined;
  previous: Tag | undefined;
  prerelease: boolean;
  latest: boolean;
  tags: readonly Tag[];
  warnings: string[];
}

/** @throws {ActionError} when the tag, the target or the previous tag does not exist */
export async function makeDecision(settings: Settings, history: History): Promise<Decision> {
  const version = versionOfTag(settings.tag);
  const tags = await withExplanation('listing the tags', () => history.tags());
  const { commit, target } = await findCommit(settings, history, tags);
  const prerelease = isPrerelease(version, settings.prerelease);
  const latest = settings.makeLatest ?? isLatest(version, prerelease, tags);
  const { previous, warnings } = await resolvePreviousTag(settings, { version, commit, tags }, history);
  return { commit, target, version, previous, prerelease, latest, tags, warnings };
}

/** Whether the release can still become the latest: a higher version may have been tagged since the decision. */
export async function isStillLatest(
  { makeLatest }: Settings,
  { version, prerelease, latest }: Decision,
  history: History,
): Promise<boolean> {
  return makeLatest ?? (latest && isLatest(version, prerelease, await history.tags()));
}

async function findCommit(
  { tag, target }: Settings,
  history: History,
  tags: readonly Tag[],
): Promise<Pick<Decision, 'commit' | 'target'>> {
  const existing =
    tags.find(({ name }) => name === tag)?.commit ??
    (await withExplanation(`looking up the tag ${tag}`, () => history.resolveTag(tag)));
  if (target === undefined) {
    if (existing !== undefined) return { commit: existing, target: undefined };
    throw new ActionError({
      what: `the tag ${tag} does not exist`,
      why: 'the repository has no such tag, and `target` is not set',
      next: 'Push the tag first, or set `target` to the branch or commit to create it on.',
    });
  }
  // A branch may have moved since the tag was created: the tag then stays, and a second run changes nothing.
  const isCommit = /^[0-9a-f]{40}$/.test(target);
  if (existing !== undefined && !(isCommit && existing !== target)) return { commit: existing, target: undefined };
  if (existing !== undefined) {
    throw new ActionError({
      what: `the tag ${tag} already points to another commit`,
      why: `the tag points to ${existing}, but target is ${target}`,
      next: 'Remove `target` to release the existing tag, or release under a new tag.',
    });
  }
  const commit = await withExplanation(`looking up the target ${target}`, () => history.resolveCommit(target));
  if (commit !== undefined) return { commit, target: commit };
  throw new ActionError({
    what: `the target ${target} does not exist`,
    why: `the repository has neither a branch nor a commit ${target}`,
    next: 'Set `target` to a branch or commit of this repository.',
  });
}

async function resolvePreviousTag(
  { tag, previousTag }: Settings,
  { version, commit, tags }: Pick<Decision, 'version' | 'commit' | 'tags'>,
  history: History,
): Promise<Pick<Decision, 'previous' | 'warnings'>> {
  if (previousTag !== undefined) {
    const named = tags.find(({ name }) => name === previousTag);
    if (named !== undefined) return { previous: named, warnings: [] };
    throw new ActionError({
      what: `the previous tag ${previousTag} does not exist`,
      why: 'the repository has no such tag',
      next: 'Set `previous-tag` to an existing tag, or remove it.',
    });
  }
  if (version === undefined) return { previous: undefined, warnings: [] };
  const { tag: previous, limitReached } = await findPreviousTag(
    previousTagCandidates(tag, version, tags),
    commit,
    (other) => withExplanation(`comparing ${tag} with ${other.name}`, () => history.commitsNotIn(commit, other.commit)),
  );
  const warning = `None of ${MAX_COMPARISONS} lower versions is an ancestor of ${tag}, so the notes do not start at a tag. Set previous-tag to choose one.`;
  return { previous, warnings: limitReached ? [warning] : [] };
}
