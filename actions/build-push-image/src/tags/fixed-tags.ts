import { ActionError } from '../../../lib/errors.ts';
import type { Digest } from '../../../lib/identifiers.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import type { ResolvedTags } from '../registry/registry.ts';
import type { PlannedTag } from './tag-rules.ts';

/** Whether two manifests have an image of the same platform with another digest. */
export const conflicts = (one: Manifest, other: Manifest): boolean =>
  one.images.some(({ platform, digest }) =>
    other.images.some((image) => image.platform === platform && image.digest !== digest),
  );

/** Whether `whole` has every image of `part`. */
export const contains = (whole: Manifest, part: Manifest): boolean =>
  part.images.every(({ platform, digest }) =>
    whole.images.some((image) => image.platform === platform && image.digest === digest),
  );

/** What the fixed tags of an image get. */
export interface FixedTags {
  repository: string;
  tags: readonly PlannedTag[];
  /** Whether a fixed tag may be moved to any image. */
  overwriteTags: boolean;
}

/**
 * Check before any tag is set that none takes another image's place. A fixed tag, that of a version or a commit, may only move to an image that has all
 * that it named: the same image for each platform, and possibly more platforms.
 * @param replaceable images that may be replaced
 * @throws {ActionError} when a tag names another image
 */
export function assertNotReplaced(
  { repository, tags, overwriteTags }: FixedTags,
  image: Manifest,
  { currentTags, replaceable = [] }: { currentTags: ResolvedTags; replaceable?: readonly Digest[] },
): void {
  if (overwriteTags) return;
  for (const tag of tags) {
    const existing = tag.moving ? undefined : currentTags.get(tag.name);
    if (existing === undefined || replaceable.includes(existing.digest) || contains(image, existing)) continue;
    throw replacedError(`${repository}:${tag.name}`, tag, { existing, image });
  }
}

/** The error for a fixed tag that names another image. */
export function replacedError(
  reference: string,
  { ofCommit = false }: Pick<PlannedTag, 'ofCommit'>,
  { existing, image }: { existing: Manifest; image: Manifest },
): ActionError {
  const [named, built] = [describe(existing), describe(image)];
  return new ActionError({
    what: `${reference} already names another image`,
    why: ofCommit
      ? `the image of this commit is ${named}, and this run has ${built}`
      : `it is ${named}, and would become ${built}`,
    next: ofCommit
      ? 'The tag stays. If this run builds another variant (target, build arguments), give it a `tag-suffix`, so that both variants have their own tags. If each build gives another result, keep `provenance: mode=max` or set `reproducible: false`. To replace the image, set `overwrite-tags: true`.'
      : 'The tag stays. Release a new version, or set `overwrite-tags: true` to replace the image.',
  });
}

const describe = ({ digest, images }: Manifest): string => {
  const platforms = images.flatMap(({ platform }) => platform ?? []);
  return platforms.length === 0 ? digest : `${digest} for ${platforms.join(', ')}`;
};
