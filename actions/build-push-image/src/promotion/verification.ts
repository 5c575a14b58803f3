import { join } from 'node:path';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import type { BuildPlan } from '../buildx/arguments.ts';
import type { Builder, BuildLog } from '../buildx/builder.ts';
import type { ImageJob } from '../images/image-job.ts';
import { normalizePlatform } from '../inputs/platforms.ts';
import type { PlatformImage } from '../registry/manifests/manifest.ts';
import type { Registry } from '../registry/registry.ts';
import type { PromotionSource } from './promotion.ts';

interface VerificationTools {
  builder: Builder;
  registry: Registry;
  log: BuildLog;
}

/**
 * Rebuild the source's images and compare. This proves that, from this checkout, with these settings, on this builder and without any cache, BuildKit
 * produces for every platform of the source the same image manifest, byte for byte; it contains the digests of the configuration (with all labels) and
 * of every layer. The index and its attestations are not compared: they record who built when, and differ from run to run.
 * Each platform is built separately, because buildx then reports the digest of the platform's manifest.
 * @throws {ActionError} when a platform's digest differs, with what differs
 */
export async function verifySource(job: ImageJob, source: PromotionSource, tools: VerificationTools): Promise<void> {
  const differing: string[] = [];
  for (const image of source.manifest.images) {
    const plan = rebuildPlan(job, image);
    const { digest } = await tools.builder.build(plan, tools.log);
    if (digest === image.digest) continue;
    const heading = `${image.platform ?? 'the image'}: ${image.digest} in the source, ${digest} rebuilt`;
    differing.push([heading, ...(await explain(job, { source, image, plan }, tools))].join('\n'));
  }
  if (differing.length === 0) return;
  throw new ActionError({
    what: `${source.reference} is not what its commit builds`,
    why: differing.join('\n'),
    next: 'Nothing was copied. Either the image was not built from this commit, or its build is not reproducible (packages without a fixed version, times in files), or the settings of the two workflows differ.',
  });
}

const rebuildPlan = ({ plan }: ImageJob, { platform }: PlatformImage): BuildPlan => ({
  ...plan,
  platforms: platform === undefined ? [] : [platform],
  output: 'check',
  noCache: true,
  provenance: 'false',
  sbom: 'false',
  // BuildKit refuses annotations of an index for a single image.
  image: { ...plan.image, annotations: manifestAnnotations(plan.image.annotations, platform) },
});

/** More are only counted. */
const MAX_DIFFERENCES = 10;

/**
 * What differs, and where both images are. The rebuilt one is built again, from the builder's cache of the rebuild, into a file for later steps.
 * The error of the verification is reported in any case, so that a failure here is one of its lines.
 */
async function explain(
  { name, temporary }: ImageJob,
  { source, image, plan }: { source: PromotionSource; image: PlatformImage; plan: BuildPlan },
  { builder, registry, log }: VerificationTools,
): Promise<string[]> {
  const archive = join(temporary, `rebuilt-${[name, image.platform ?? 'image'].join('-').replaceAll('/', '-')}.tar`);
  const repository = source.reference.slice(0, source.reference.indexOf('@'));
  try {
    await builder.build({ ...plan, noCache: false, cache: 'none', archive }, log);
    const [{ compareImages }, { archiveContents, registryContents }] = await Promise.all([
      import('../comparison/compare-images.ts'),
      import('../comparison/image-contents.ts'),
    ]);
    const differences = await compareImages(
      await registryContents(repository, image.digest, registry),
      await archiveContents(archive),
    );
    const more = differences.length - MAX_DIFFERENCES;
    return [
      ...differences.slice(0, MAX_DIFFERENCES),
      ...(more > 0 ? [`and ${more} more`] : []),
      `To compare both, fetch ${repository}@${image.digest}, and upload ${archive} with actions/upload-artifact.`,
    ];
  } catch (error) {
    return [`What differs could not be found out: ${messageOf(error)}`];
  }
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
