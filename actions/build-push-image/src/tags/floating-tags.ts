import { ActionError, messageOf } from '../../../lib/errors.ts';
import type { Digest, ImageTag } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import { ToolError } from '../buildx/tool-error.ts';
import { type CopyResult, type Registry, type ResolvedTags, resolveTags } from '../registry/registry.ts';
import type { BlockedTag } from './partition-tags.ts';
import type { ReleaseVersion } from './push-event.ts';
import type { Affixes, PlannedTag } from './tag-rules.ts';

/** The tags that a run plans for one image. */
export interface ReleaseTags {
  /** With the registry: `ghcr.io/org/shop/web`. */
  repository: string;
  /** All tags that the rules give; the floating ones move only when the repository has no newer version. */
  tags: readonly PlannedTag[];
  /** The version that is released. */
  release: ReleaseVersion | undefined;
  /** What the tags of this image begin and end with: versions of other variants do not count. */
  affixes: Affixes;
}

/** Whether a tag moves to the highest version of its range: `1.4`, `1`, and `latest` of a release. */
export const isFloating = ({ range }: PlannedTag): boolean => range !== undefined;

export interface MovableTags {
  movable: readonly PlannedTag[];
  blocked: readonly BlockedTag[];
  /** Why the other tags stay, in sentences; `undefined` when all may move. */
  reason: string | undefined;
}

/**
 * Which tags may move. The tags in the registry decide whether `1.4`, `1` and `latest` may. If the registry does not list its tags, they stay:
 * an outdated `latest` does less harm than one that goes back.
 * @param existingTags tags that the repository certainly has: a list without them is none. Some registries respond with 404, `null` or a part
 */
export async function selectMovable(
  { repository, tags, release, affixes }: ReleaseTags,
  registry: Pick<Registry, 'tags'>,
  existingTags: readonly ImageTag[] = [],
): Promise<MovableTags> {
  const floating = tags.filter(isFloating);
  if (release === undefined || floating.length === 0) return { movable: tags, blocked: [], reason: undefined };
  const staying = (why: string): MovableTags => ({
    movable: tags.filter((tag) => !isFloating(tag)),
    blocked: [],
    reason: `${floating.map(({ name }) => name).join(', ')} ${floating.length === 1 ? 'stays where it is' : 'stay where they are'}: it is unknown whether a newer release exists. ${why}`,
  });
  let existing: string[];
  try {
    existing = await registry.tags(repository);
  } catch (error) {
    const next = error instanceof ActionError ? ` ${error.next}` : '';
    return staying(`The tags of the registry could not be listed: ${messageOf(error)}.${next}`);
  }
  const unlisted = existingTags.find((tag) => !existing.includes(tag));
  if (unlisted !== undefined)
    return staying(`The registry does not list all its tags: ${unlisted} is there, but not in its list.`);
  // Only releases with floating tags need `semver`.
  const { partitionTags } = await import('./partition-tags.ts');
  const { movable, blocked } = partitionTags(tags, release, { existing, affixes });
  const reasons = blocked.map(
    ({ name, newerVersion }) => `${name} stays: the repository has the newer ${newerVersion}.`,
  );
  return { movable, blocked, reason: reasons.length === 0 ? undefined : reasons.join(' ') };
}

/**
 * Check before anything is built that every image will get a tag.
 * @throws {ActionError} when all tags of an image are blocked
 */
export async function assertTagsMovable(
  jobs: readonly (ReleaseTags & { plan: { output: 'push' | 'check' } })[],
  registry: Pick<Registry, 'tags'>,
): Promise<void> {
  await Promise.all(
    jobs
      .filter(({ plan, tags }) => plan.output === 'push' && tags.every(isFloating))
      .map(async (job) => {
        const { movable, reason } = await selectMovable(job, registry);
        if (movable.length === 0) throw noTagsError(job, reason);
      }),
  );
}

/** How often a run moves its tags while other releases are published. */
const MAX_MOVES = 5;

/**
 * Move the floating tags to the image, unless a newer version exists, and check again until no tag has to be moved.
 * The version's own tag exists by then. So of two concurrent releases at least one sees the other, and a run that finds that it
 * moved a tag back moves it on to the newer release. A tag that this run did not set is never taken from a newer release, nor moved for it.
 * @param image a reference by digest, and the digest, and what the tags point to now
 * @returns the tags that point to the image now
 */
export async function moveFloatingTags(
  job: ReleaseTags,
  { reference, digest, currentTags: knownTags }: { reference: string; digest: Digest; currentTags: ResolvedTags },
  { registry, log, onCopy }: { registry: Registry; log: BuildLog; onCopy: (copied: CopyResult) => void },
): Promise<ImageTag[]> {
  const { repository } = job;
  const floating = job.tags.filter(isFloating);
  if (floating.length === 0) return [];
  const names = floating.map(({ name }) => name);
  const ownDigests = new Set<Digest>();
  for (let move = 0; ; move++) {
    // Resolved before the tags are listed: the list then contains any run that has moved a tag on by then.
    const currentTags = move === 0 ? knownTags : await resolveTags(repository, names, registry);
    const pointsTo = (name: ImageTag) => currentTags.get(name)?.digest;
    const ownTags = job.tags.filter((tag) => !isFloating(tag)).map(({ name }) => name);
    const existingTags = [...ownTags, ...names.filter((name) => currentTags.get(name) !== undefined)];
    const { movable, blocked, reason } = await selectMovable({ ...job, tags: floating }, registry, existingTags);
    const tagsToMove = movable.map(({ name }) => name).filter((name) => pointsTo(name) !== digest);
    const movedBack = blocked.filter(({ name }) => ownDigests.has(pointsTo(name) as Digest));
    const tagsToRestore = await findTagsToRestore(movedBack, currentTags, { repository, registry });
    if (tagsToMove.length + tagsToRestore.length === 0) {
      // Before the version's own tags were set, another run could not see it, and may have moved a tag since.
      if (move === 0 && ownTags.some((name) => pointsTo(name) !== digest)) continue;
      if (reason !== undefined) log.notice(reason);
      const tags = names.filter((name) => pointsTo(name) === digest);
      if (tags.length === 0 && job.tags.every(isFloating)) throw noTagsError(job, reason);
      return tags;
    }
    if (move === MAX_MOVES)
      throw unstableTagsError(repository, [...tagsToMove, ...tagsToRestore.map(({ name }) => name)]);
    if (tagsToMove.length > 0) {
      ownDigests.add(digest);
      const targets = tagsToMove.map((name) => `${repository}:${name}`);
      onCopy(await registry.copy(reference, targets));
    }
    for (const tag of tagsToRestore) {
      ownDigests.add(tag.digest);
      await registry.copy(`${repository}@${tag.digest}`, [`${repository}:${tag.name}`]);
    }
  }
}

/**
 * The tags that belong to a newer version, with its digest.
 * @param movedBack tags that this run set although a newer version exists
 */
async function findTagsToRestore(
  movedBack: readonly BlockedTag[],
  currentTags: ResolvedTags,
  { repository, registry }: { repository: string; registry: Registry },
): Promise<{ name: ImageTag; digest: Digest }[]> {
  const tags = await Promise.all(
    movedBack.map(async ({ name, newerTag }) => ({
      name,
      digest: (await registry.find(`${repository}:${newerTag}`))?.digest,
    })),
  );
  return tags.flatMap(({ name, digest }) =>
    digest === undefined || digest === currentTags.get(name)?.digest ? [] : [{ name, digest }],
  );
}

function noTagsError({ repository }: ReleaseTags, reason: string | undefined): ActionError {
  return new ActionError({
    what: `${repository} would get no tag`,
    why: reason ?? 'no rule gives one',
    next: 'Add the rule `semver` or `sha`, which always apply.',
  });
}

function unstableTagsError(repository: string, tags: readonly ImageTag[]): ToolError {
  const [subject, predicate] = tags.length === 1 ? ['the tag', 'it was'] : ['the tags', 'they were'];
  return new ToolError('final', {
    what: `another process keeps moving ${subject} ${tags.join(', ')} of ${repository}`,
    why: `${predicate} moved to the highest version ${MAX_MOVES} times, and did not stay there`,
    next: 'Look for another run that pushes the same tag, then run the job again.',
  });
}
