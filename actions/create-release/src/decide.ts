import { ActionError } from '../../lib/errors.ts';
import type { CommitSha } from '../../lib/identifiers.ts';
import { type Version, versionOfTag } from '../../lib/versions.ts';
import { explained } from './explain.ts';
import type { History, Tag } from './history.ts';
import type { Settings } from './inputs.ts';
import { isLatest, isPrerelease } from './rules/marks.ts';
import { candidates, findPrevious, MAX_COMPARISONS } from './rules/previous-tag.ts';

/** What the tag and the history of the repository say about the release. */
export interface Decision {
  /** The tag's commit, or the one where publishing makes the tag. */
  commit: CommitSha;
  /** `undefined` when the tag exists already. */
  target: CommitSha | undefined;
  version: Version | undefined;
  previous: Tag | undefined;
  prerelease: boolean;
  latest: boolean;
  tags: readonly Tag[];
  /** What the user should know though it stops nothing. */
  warnings: string[];
}

/** @throws {ActionError} when the tag, the target or the previous tag does not exist */
export async function decide(settings: Settings, history: History): Promise<Decision> {
  const { tag } = settings;
  const version = versionOfTag(tag);
  const tags = await explained('listing the tags', () => history.tags());
  const { commit, target } = await findCommit(settings, history, tags);
  const prerelease = isPrerelease(version, settings.prerelease);
  const latest = isLatest(version, prerelease, tags, settings.makeLatest);
  const warnings: string[] = [];
  const previous = await findPreviousTag(settings, version, commit, tags, history, warnings);
  return { commit, target, version, previous, prerelease, latest, tags, warnings };
}

/** Whether the release may still become the latest: a higher version may have been tagged since the decision. */
export async function isStillLatest(
  { makeLatest }: Settings,
  { version, prerelease, latest }: Decision,
  history: History,
): Promise<boolean> {
  return makeLatest ?? (latest && isLatest(version, prerelease, await history.tags(), undefined));
}

async function findCommit(
  { tag, target }: Settings,
  history: History,
  tags: readonly Tag[],
): Promise<Pick<Decision, 'commit' | 'target'>> {
  const existing =
    tags.find(({ name }) => name === tag)?.commit ??
    (await explained(`looking up the tag ${tag}`, () => history.commitOfTag(tag)));
  if (target === undefined) {
    if (existing !== undefined) return { commit: existing, target: undefined };
    throw new ActionError({
      what: `the tag ${tag} does not exist`,
      why: 'the repository has no such tag and no `target` says where to make it',
      next: `Push the tag first, or give \`target\` as a branch or commit.`,
    });
  }
  // A branch may have moved on since the tag was made: then the tag stays where it is, and a second run changes nothing.
  const isCommit = /^[0-9a-f]{40}$/.test(target);
  if (existing !== undefined && !(isCommit && existing !== target)) return { commit: existing, target: undefined };
  if (existing !== undefined) {
    throw new ActionError({
      what: `the tag ${tag} is elsewhere`,
      why: `the tag exists at ${existing}, and target says ${target}`,
      next: 'Leave `target` out to release the tag as it is, or release under a new tag.',
    });
  }
  const commit = await explained(`looking up the target ${target}`, () => history.commitOf(target));
  if (commit !== undefined) return { commit, target: commit };
  throw new ActionError({
    what: `the target ${target} does not exist`,
    why: `the repository has neither a branch nor a commit ${target}`,
    next: 'Give `target` as a branch or commit of this repository.',
  });
}

async function findPreviousTag(
  settings: Settings,
  version: Version | undefined,
  commit: CommitSha,
  tags: readonly Tag[],
  history: History,
  warnings: string[],
): Promise<Tag | undefined> {
  const { tag, previousTag } = settings;
  if (previousTag !== undefined) {
    const named = tags.find(({ name }) => name === previousTag);
    if (named !== undefined) return named;
    throw new ActionError({
      what: `the previous tag ${previousTag} does not exist`,
      why: 'the repository has no such tag',
      next: 'Give `previous-tag` as an existing tag, or leave it out.',
    });
  }
  if (version === undefined) return undefined;
  const { tag: previous, gaveUp } = await findPrevious(candidates(tag, version, tags), commit, (other) =>
    explained(`comparing ${tag} with ${other.name}`, () => history.beyond(commit, other.commit)),
  );
  if (gaveUp)
    warnings.push(
      `None of ${MAX_COMPARISONS} lower versions is an ancestor of ${tag}; the notes start at no tag. Give previous-tag to set one.`,
    );
  return previous;
}
