import { createHash } from 'node:crypto';
import { messageOf } from '../../../lib/errors.ts';
import type { ImageTag } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import { ToolError } from '../buildx/tool-error.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import type { Registry } from '../registry/registry.ts';

export interface ImageLocation {
  repository: string;
  registry: Registry;
}

/**
 * An image of an earlier run among the candidates that is equivalent: the same image for every platform, the same annotations, the same kinds
 * of attestations. It is reused. A provenance contains the time of its build, so a second build of a commit would otherwise get a different digest
 * even though the image is identical.
 */
export async function findEquivalentImage(
  built: Manifest,
  candidates: readonly (Manifest | undefined)[],
  location: ImageLocation,
): Promise<Manifest | undefined> {
  for (const manifest of candidates)
    if (manifest !== undefined && (await isEquivalent(built, manifest, location))) return manifest;
  return undefined;
}

export async function isEquivalent(
  built: Manifest,
  other: Manifest,
  { repository, registry }: ImageLocation,
): Promise<boolean> {
  if (other.digest === built.digest) return true;
  if (other.contents !== built.contents) return false;
  const [otherTypes, builtTypes] = await Promise.all([
    registry.predicateTypes(repository, other),
    registry.predicateTypes(repository, built),
  ]);
  return otherTypes.join() === builtTypes.join();
}

/**
 * The image by which an image with these contents is known in the repository, for all commits: an equivalent one under the tag
 * that names the contents, otherwise the built one, which gets this tag. Two runs that set it at the same time may each keep their own
 * index; the commit's tags then decide. A tag that cannot be set does not fail the build, which is complete without it.
 */
export async function settleContentTag(
  built: Manifest,
  { repository, registry, log }: ImageLocation & { log: BuildLog },
): Promise<Manifest> {
  // Without attestations, equal contents have equal digests.
  if (built.attestations.length === 0) return built;
  const reference = `${repository}:${contentTag(built, await registry.predicateTypes(repository, built))}`;
  // What the tag points to is compared: anyone may have moved it.
  const find = async () => findEquivalentImage(built, [await registry.find(reference)], { repository, registry });
  const known = await find();
  if (known !== undefined) return known;
  try {
    await registry.copy(`${repository}@${built.digest}`, [reference]);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    const set = await find();
    // With immutable tags, a concurrent run may have set it.
    if (set === undefined)
      log.progress(`a later commit will not find this image: ${reference} could not be set: ${messageOf(error)}`);
    return set ?? built;
  }
  return (await find()) ?? built;
}

/** Names what an image is, apart from who built it when: `content-` and 16 hex digits. */
function contentTag({ contents }: Manifest, predicateTypes: readonly string[]): ImageTag {
  const hash = createHash('sha256').update(JSON.stringify([contents, predicateTypes]));
  return `content-${hash.digest('hex').slice(0, 16)}` as ImageTag;
}
