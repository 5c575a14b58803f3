import { ActionError } from '../../../lib/errors.ts';
import type { Builder, BuildLog } from '../buildx/builder.ts';
import { normalPlatform } from '../inputs/platforms.ts';
import type { Manifest, PlatformImage } from '../registry/manifest.ts';
import type { Registry } from '../registry/registry.ts';
import type { Order } from './image-job.ts';

/** The tested image of the commit, in the registry to promote from. */
export interface Source {
  /** By digest: what is copied is what was looked at, also when the tag moves meanwhile. */
  reference: string;
  manifest: Manifest;
}

/**
 * The image to copy, or `undefined` when one is to be built.
 * Only a registry that says "not found" makes a `prefer` build: a refused login or a broken connection is an error, for the release must
 * not silently become another image than the tested one.
 * @throws {ActionError} when it is missing and required, or has other platforms than asked for
 */
export async function findSource(order: Order, registry: Registry): Promise<Source | undefined> {
  const { promotion, name, shaTag } = order;
  if (promotion === undefined || order.plan.output === 'check') return undefined;
  const repository = `${promotion.from}/${name}`;
  const manifest = await registry.find(`${repository}:${shaTag}`);
  if (manifest === undefined) {
    if (promotion.mode === 'prefer') return undefined;
    throw new ActionError({
      what: `${repository}:${shaTag} is missing`,
      why: `\`promote: ${promotion.mode}\` copies the tested image of the commit, and ${promotion.from} has none`,
      next: 'Let the workflow that builds this commit finish first, or use `promote: prefer` to build what is missing.',
    });
  }
  const lacking = order.plan.platforms.filter(
    (platform) => !manifest.images.some((image) => image.platform === platform),
  );
  if (lacking.length > 0)
    throw new ActionError({
      what: `${repository}:${shaTag} has other platforms than asked for`,
      why: `it is for ${shown(manifest.images)}, without ${lacking.join(', ')}`,
      next: 'Give the workflow that builds the tested image the same `platforms`.',
    });
  return { reference: `${repository}@${manifest.digest}`, manifest };
}

/**
 * Build the source's images again and compare. What is proven: from this checkout, with these settings, on this builder and without any cache, BuildKit
 * makes for every platform of the source byte for byte the same image manifest, which names the configuration (with all labels) and every layer by digest.
 * Not compared are the index and its attestations: they tell who built when, and differ from run to run.
 * Each platform is built on its own, for then the digest that buildx reports is that of the platform's manifest.
 * @throws {ActionError} when a platform's digest differs
 */
export async function verifySource(order: Order, source: Source, builder: Builder, log: BuildLog): Promise<void> {
  const differing: string[] = [];
  for (const image of source.manifest.images) {
    const { digest } = await builder.build(
      {
        ...order.plan,
        platforms: image.platform === undefined ? [] : [image.platform],
        output: 'check',
        fresh: true,
        provenance: 'false',
        sbom: 'false',
        // Annotations of an index have no place on one image, and BuildKit refuses them there.
        image: { ...order.plan.image, annotations: ofManifest(order.plan.image.annotations, image.platform) },
      },
      log,
    );
    if (digest !== image.digest)
      differing.push(`${image.platform ?? 'the image'}: ${image.digest} there, ${digest} here`);
  }
  if (differing.length === 0) return;
  throw new ActionError({
    what: `${source.reference} is not what its commit builds`,
    why: differing.join('\n'),
    next: 'Nothing was copied. Either the image was not built from this commit, or its build is not reproducible (packages without a fixed version, times in files), or the settings differ between the two workflows. `docker buildx imagetools inspect` and a layer by layer comparison tell which.',
  });
}

/** The annotations that end in the manifest of one platform: `KEY`, `manifest:KEY`, `manifest[linux/amd64]:KEY`. */
function ofManifest(
  annotations: ReadonlyMap<string, string>,
  platform: string | undefined,
): ReadonlyMap<string, string> {
  return new Map(
    [...annotations].filter(([key]) => {
      const { types, only } = /^(?<types>[a-z,-]+)(?:\[(?<only>[^\]]*)\])?:/.exec(key)?.groups ?? {};
      if (types !== undefined && !types.split(',').includes('manifest')) return false;
      return only === undefined || normalPlatform(only) === platform;
    }),
  );
}

const shown = (images: readonly PlatformImage[]): string =>
  images.map(({ platform }) => platform ?? 'an unknown platform').join(', ');
