import { ActionError } from '../../../lib/errors.ts';
import type { Builder, BuildLog } from '../buildx/builder.ts';
import { normalizePlatform } from '../inputs/platforms.ts';
import type { Manifest, PlatformImage } from '../registry/manifest.ts';
import type { Registry } from '../registry/registry.ts';
import type { ImageJob } from './image-job.ts';

/** The tested image of the commit, in the registry to promote from. */
export interface PromotionSource {
  /** By digest: the image that was checked is copied, even if the tag moves in the meantime. */
  reference: string;
  manifest: Manifest;
}

/**
 * The image to promote, or `undefined` when the image has to be built.
 * With `prefer` only a registry that reports "not found" leads to a build: a refused login or a broken connection is an error, because the release
 * must not silently become another image than the tested one.
 * @throws {ActionError} when the image is missing but required, or lacks a requested platform
 */
export async function findSource(job: ImageJob, registry: Registry): Promise<PromotionSource | undefined> {
  const { promotion, name, shaTag } = job;
  if (promotion === undefined || job.plan.output === 'check') return undefined;
  const repository = `${promotion.from}/${name}`;
  const chosen = promotion.digests.get(name);
  const reference = chosen === undefined ? `${repository}:${shaTag}` : `${repository}@${chosen}`;
  const manifest = await registry.find(reference);
  if (manifest === undefined) {
    // Another image than the one that was chosen must not be built in its place.
    const isChosen = chosen !== undefined || promotion.commit !== undefined;
    if (promotion.mode === 'prefer' && !isChosen) return undefined;
    throw new ActionError({
      what: `${reference} is missing`,
      why: isChosen
        ? `it was chosen for promotion, but ${promotion.from} does not have it`
        : `\`promote: ${promotion.mode}\` copies the tested image of the commit, but ${promotion.from} has none`,
      next: isChosen
        ? 'Check `promote-commit` or `promote-digest`, and that the image was not deleted.'
        : 'Let the workflow that builds this commit finish first, or use `promote: prefer` to build missing images.',
    });
  }
  const missing = job.plan.platforms.filter(
    (platform) => !manifest.images.some((image) => image.platform === platform),
  );
  if (missing.length > 0)
    throw new ActionError({
      what: `${reference} lacks a requested platform`,
      why: `it is for ${formatPlatforms(manifest.images)}, without ${missing.join(', ')}`,
      next: 'Set the same `platforms` in the workflow that builds the tested image.',
    });
  return { reference: `${repository}@${manifest.digest}`, manifest };
}

/**
 * Rebuild the source's images and compare. This proves that, from this checkout, with these settings, on this builder and without any cache, BuildKit
 * produces for every platform of the source the same image manifest, byte for byte; it contains the digests of the configuration (with all labels) and
 * of every layer. The index and its attestations are not compared: they record who built when, and differ from run to run.
 * Each platform is built separately, because buildx then reports the digest of the platform's manifest.
 * @throws {ActionError} when a platform's digest differs
 */
export async function verifySource(
  job: ImageJob,
  source: PromotionSource,
  { builder, log }: { builder: Builder; log: BuildLog },
): Promise<void> {
  const differing: string[] = [];
  for (const image of source.manifest.images) {
    const { digest } = await builder.build(
      {
        ...job.plan,
        platforms: image.platform === undefined ? [] : [image.platform],
        output: 'check',
        noCache: true,
        provenance: 'false',
        sbom: 'false',
        // BuildKit refuses annotations of an index for a single image.
        image: { ...job.plan.image, annotations: manifestAnnotations(job.plan.image.annotations, image.platform) },
      },
      log,
    );
    if (digest !== image.digest)
      differing.push(`${image.platform ?? 'the image'}: ${image.digest} in the source, ${digest} rebuilt`);
  }
  if (differing.length === 0) return;
  throw new ActionError({
    what: `${source.reference} is not what its commit builds`,
    why: differing.join('\n'),
    next: 'Nothing was copied. Either the image was not built from this commit, or its build is not reproducible (packages without a fixed version, times in files), or the settings of the two workflows differ. To find out which, use `docker buildx imagetools inspect` and compare layer by layer.',
  });
}

/** The annotations for the manifest of one platform: `KEY`, `manifest:KEY`, `manifest[linux/amd64]:KEY`. */
function manifestAnnotations(
  annotations: ReadonlyMap<string, string>,
  platform: string | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    [...annotations].filter(([key]) => {
      const { types, only } = /^(?<types>[a-z,-]+)(?:\[(?<only>[^\]]*)\])?:/.exec(key)?.groups ?? {};
      if (types !== undefined && !types.split(',').includes('manifest')) return false;
      return only === undefined || normalizePlatform(only) === platform;
    }),
  );
}

const formatPlatforms = (images: readonly PlatformImage[]): string =>
  images.map(({ platform }) => platform ?? 'an unknown platform').join(', ');
