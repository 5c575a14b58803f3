import type { Digest } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import { getManifest, type Registry, type ResolvedTags } from '../registry/registry.ts';
import { conflicts, contains, type FixedTags, replacedError } from './fixed-tags.ts';
import { TagReplacedError } from './set-tags.ts';

/** The image that a run tags, after a look at what its commit's tag names already. */
export interface CommitImage {
  image: Manifest;
  /** The image that may lose the commit's tag. */
  replaceable: Digest | undefined;
}

/**
 * The image for the tags of the commit. Several jobs can build one commit: on one runner per platform, or again.
 * - Images for other platforms are merged into one index, so that no job takes the other's place.
 * - Another image for the same platform is an error: it may be another variant. A new build of the same replaces the earlier one, and says so: with
 *   `reproducible: false`, or if the provenance of both says that they were built with the same target, arguments and labels.
 * @throws {ActionError} when the commit's tag names another image for a platform
 */
export async function mergeWithCommit(
  job: FixedTags & { reproducible: boolean },
  built: Manifest,
  { currentTags, registry, log }: { currentTags: ResolvedTags; registry: Registry; log: BuildLog },
): Promise<CommitImage> {
  const { repository, tags, overwriteTags, reproducible } = job;
  const tag = tags.find(({ name, ofCommit }) => ofCommit && currentTags.get(name) !== undefined);
  const existing = tag && currentTags.get(tag.name);
  if (tag === undefined || existing === undefined || contains(built, existing))
    return { image: built, replaceable: undefined };
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
  if (contains(existing, built)) return { image: existing, replaceable: undefined };
  const isVariant = isOtherTarget(existing, built);
  if (!conflicts(existing, built) && !isVariant) return { image: await merge(), replaceable: undefined };

  const isRebuild =
    !isVariant &&
    hasPlatforms(existing, built) &&
    (!reproducible || (await isSameRequest([existing, built], { repository, registry })));
  if (!overwriteTags && !isRebuild) throw replacedError(reference, tag, { existing, image: built });
  log.notice(
    isRebuild && reproducible
      ? `${tag.name} is moved from ${existing.digest}: the same build of this commit gave another result, so it is not reproducible.`
      : `${tag.name} is moved from ${existing.digest} to another image of this commit.`,
  );
  return { image: isVariant || hasPlatforms(built, existing) ? built : await merge(), replaceable: existing.digest };
}

/** Whether both images were asked for in the same way, so that only the build itself gave another result. */
async function isSameRequest(
  images: readonly Manifest[],
  { repository, registry }: { repository: string; registry: Registry },
): Promise<boolean> {
  const [one, other] = await Promise.all(images.map((image) => registry.buildRequest(repository, image)));
  return one !== undefined && one === other;
}

/** Whether `one` has an image for each platform of `other`. */
const hasPlatforms = (one: Manifest, other: Manifest): boolean =>
  other.images.every(({ platform }) => one.images.some((image) => image.platform === platform));

const isOtherTarget = (one: Manifest, other: Manifest): boolean =>
  one.images.some(({ target }) =>
    other.images.some((image) => target !== undefined && image.target !== undefined && image.target !== target),
  );

const platforms = ({ images }: Manifest): string => images.map(({ platform }) => platform ?? 'a platform').join(', ');
