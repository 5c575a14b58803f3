import type { Digest } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import { getManifest, type Registry, type ResolvedTags } from '../registry/registry.ts';
import { conflicts, contains, type FixedTags, replacedError } from './fixed-tags.ts';
import { TagReplacedError } from './set-tags.ts';

/** The image that a run tags, after a look at what its commit's tag names already. */
export interface CommitImage {
  /** The images that the tags will name. Where they are still to be merged, the digest is that of the built image. */
  planned: Manifest;
  /** The image that may lose the commit's tag. */
  replaceable: Digest | undefined;
  /**
   * Merge the images, if they are to be merged, under the commit's tag.
   * @returns the image to tag
   */
  settle: () => Promise<Manifest>;
}

/**
 * The image for the tags of the commit; nothing is changed before it is settled. Several jobs can build one commit: on one runner per platform, or again.
 * - Images for other platforms are merged into one index, so that no job takes the other's place.
 * - Another image for the same platform is an error: it may be another variant. A new build of the same replaces the earlier one, and says so: with
 *   `reproducible: false`, or if the provenance of both says that they were built with the same target, arguments and labels.
 * @throws {ActionError} when the commit's tag names another image for a platform
 */
export async function planCommitImage(
  job: FixedTags & { reproducible: boolean },
  built: Manifest,
  { currentTags, registry, log }: { currentTags: ResolvedTags; registry: Registry; log: BuildLog },
): Promise<CommitImage> {
  const { repository, tags, overwriteTags, reproducible } = job;
  const tag = tags.find(({ name, ofCommit }) => ofCommit && currentTags.get(name) !== undefined);
  const existing = tag && currentTags.get(tag.name);
  if (tag === undefined || existing === undefined || contains(built, existing)) return asItIs(built);
  if (contains(existing, built)) return asItIs(existing);
  const reference = `${repository}:${tag.name}`;
  const merge = async () => {
    const sources = [existing, built].map(({ digest }) => `${repository}@${digest}`);
    const digest = await registry.merge(repository, sources, [reference]);
    log.notice(
      `${tag.name} has the image for ${platforms(existing)} of another job of this commit: merged with ${platforms(built)} as ${digest}.`,
    );
    const merged = await getManifest(`${repository}@${digest}`, registry);
    // Another job has set the tag at the same moment.
    if (!contains(merged, built)) throw new TagReplacedError(reference, built.digest, { tag, found: merged });
    return merged;
  };
  const isVariant = isOtherTarget(existing, built);
  if (!conflicts(existing, built) && !isVariant)
    return { planned: mergedImages(existing, built), replaceable: undefined, settle: merge };

  const isAnotherResult = await isRebuild(
    { repository, manifest: built, reproducible },
    { repository, manifest: existing },
    registry,
  );
  if (!overwriteTags && !isAnotherResult) throw replacedError(reference, tag, { existing, image: built });
  const replacesAll = isVariant || hasPlatforms(built, existing);
  const settle = async () => {
    log.notice(
      isAnotherResult && reproducible
        ? `${tag.name} is moved from ${existing.digest}: the same build of this commit gave another result, so it is not reproducible.`
        : `${tag.name} is moved from ${existing.digest} to another image of this commit.`,
    );
    return replacesAll ? built : merge();
  };
  return { planned: replacesAll ? built : mergedImages(existing, built), replaceable: existing.digest, settle };
}

const asItIs = (image: Manifest): CommitImage => ({
  planned: image,
  replaceable: undefined,
  settle: async () => image,
});

/** What a merge gives: for each platform the built image, otherwise the existing one. */
const mergedImages = (existing: Manifest, built: Manifest): Manifest => ({
  ...built,
  images: [
    ...existing.images.filter(({ platform }) => !built.images.some((image) => image.platform === platform)),
    ...built.images,
  ],
});

interface LocatedImage {
  repository: string;
  manifest: Manifest;
}

/** Whether an image is another result of the build that gave the existing one, which may be in another registry. */
export async function isRebuild(
  built: LocatedImage & { reproducible: boolean },
  existing: LocatedImage,
  registry: Registry,
): Promise<boolean> {
  if (isOtherTarget(existing.manifest, built.manifest) || !hasPlatforms(existing.manifest, built.manifest))
    return false;
  return !built.reproducible || isSameRequest([existing, built], registry);
}

/** Whether both images were asked for in the same way, so that only the build itself gave another result. */
async function isSameRequest(images: readonly LocatedImage[], registry: Registry): Promise<boolean> {
  const [one, other] = await Promise.all(
    images.map(({ repository, manifest }) => registry.buildRequest(repository, manifest)),
  );
  return one !== undefined && one === other;
}

/** Whether `one` has an image for each platform of `other`. */
export const hasPlatforms = (one: Manifest, other: Manifest): boolean =>
  other.images.every(({ platform }) => one.images.some((image) => image.platform === platform));

const isOtherTarget = (one: Manifest, other: Manifest): boolean =>
  one.images.some(({ target }) =>
    other.images.some((image) => target !== undefined && image.target !== undefined && image.target !== target),
  );

const platforms = ({ images }: Manifest): string => images.map(({ platform }) => platform ?? 'a platform').join(', ');
