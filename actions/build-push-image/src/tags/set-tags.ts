import { setTimeout } from 'node:timers/promises';
import type { Digest, ImageTag } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import { ToolError } from '../buildx/tool-error.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import { type CopyResult, getManifest, type Registry, type ResolvedTags } from '../registry/registry.ts';
import { type BranchTags, isBranchTag, moveBranchTags } from './branch-tags.ts';
import { isFloating, moveFloatingTags, type ReleaseTags } from './floating-tags.ts';
import type { PlannedTag } from './tag-rules.ts';

/** The tag points to a different digest than the one just pushed. */
export class TagReplacedError extends ToolError {
  override name = 'TagReplacedError';
  readonly tag: PlannedTag;
  readonly found: Manifest;

  constructor(reference: string, pushed: Digest, { tag, found }: { tag: PlannedTag; found: Manifest }) {
    super('final', {
      what: `${reference} is not what was pushed`,
      why: `the registry has ${found.digest}, but ${pushed} was pushed`,
      next: 'Look for another run that pushes the same tag, then run the job again. If other runs are meant to move the tag, use the rule `moving:TEXT`.',
    });
    this.tag = tag;
    this.found = found;
  }
}

/** An image to tag: a reference by digest, and the digest. */
export interface TagSource {
  reference: string;
  digest: Digest;
}

/** How an image gets its tags. */
export interface TaggedImage extends ReleaseTags, BranchTags {
  /** After which time the commit's tag is read once more; `undefined` when no other job is expected to set it. */
  confirmSeconds: number | undefined;
}

export interface TagClients {
  registry: Registry;
  log: BuildLog;
  /** Called with what came along each time that the image is copied. */
  onCopy: (copied: CopyResult) => void;
  /** Whether an image found under a tag can take the place of the one that was pushed. */
  isEquivalent: (found: Manifest) => Promise<boolean>;
}

/**
 * Set the tags that do not point to the image yet, and check that each does. The tags of a branch come after them, the floating tags of versions last.
 * @param currentTags what the tags point to now
 * @returns the tags that point to the image now, in the order of the rules
 * @throws {TagReplacedError} when another run has replaced a tag that must not change, or any tag by an equivalent image
 */
export async function pushTags(
  job: TaggedImage,
  source: TagSource,
  { currentTags, ...clients }: TagClients & { currentTags: ResolvedTags },
): Promise<ImageTag[]> {
  const tags = job.tags.filter((tag) => !isFloating(tag) && !isBranchTag(tag));
  const outdated = tags.filter(({ name }) => currentTags.get(name)?.digest !== source.digest);
  const lost = outdated.length > 0 ? await setTags(job.repository, outdated, { source, ...clients }) : [];
  await confirmCommitTag(job, outdated, { source, ...clients });
  const set = [
    ...tags.map(({ name }) => name).filter((name) => !lost.includes(name)),
    ...(await moveBranchTags(job, { ...source, currentTags }, clients)),
    ...(await moveFloatingTags(job, { ...source, currentTags }, clients)),
  ];
  return job.tags.map(({ name }) => name).filter((name) => set.includes(name));
}

/**
 * A job on another runner may have read the commit's tag before this one set it, and then replaced it. Its image is then there a moment later.
 * @throws {TagReplacedError} when the tag was replaced
 */
async function confirmCommitTag(
  { repository, confirmSeconds }: TaggedImage,
  outdated: readonly PlannedTag[],
  { source, registry }: TagClients & { source: TagSource },
): Promise<void> {
  const tag = outdated.find(({ ofCommit }) => ofCommit);
  if (tag === undefined || confirmSeconds === undefined) return;
  await setTimeout(confirmSeconds * 1000);
  const found = await getManifest(`${repository}:${tag.name}`, registry);
  if (found.digest !== source.digest)
    throw new TagReplacedError(`${repository}:${tag.name}`, source.digest, { tag, found });
}

/** @returns moving tags that another run has moved on in the meantime: the last one wins */
async function setTags(
  repository: string,
  tags: readonly PlannedTag[],
  { source, registry, log, onCopy, isEquivalent }: TagClients & { source: TagSource },
): Promise<ImageTag[]> {
  const copied = await registry.copy(
    source.reference,
    tags.map(({ name }) => `${repository}:${name}`),
  );
  onCopy(copied);
  const lost = await Promise.all(
    tags.map(async (tag) => {
      const found = await getManifest(`${repository}:${tag.name}`, registry);
      if (found.digest === source.digest) return [];
      if (tag.moving && !(await isEquivalent(found))) {
        log.notice(`${tag.name} points to ${found.digest} now: another run has moved it in the meantime.`);
        return [tag.name];
      }
      throw new TagReplacedError(`${repository}:${tag.name}`, source.digest, { tag, found });
    }),
  );
  return lost.flat();
}
