import { ActionError } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import type { ImageJob } from '../images/image-job.ts';
import type { Promotion } from '../inputs/promotion-input.ts';
import type { Manifest, PlatformImage } from '../registry/manifests/manifest.ts';
import type { Registry } from '../registry/registry.ts';
import { shaTag } from '../tags/tag-rules.ts';

/** The tested image of the commit, in the registry to promote from. */
export interface PromotionSource {
  /** By digest: the image that was checked is copied, even if the tag moves in the meantime. */
  reference: string;
  manifest: Manifest;
  /** The commit that the image is of, when it is not the run's. */
  earlierCommit: CommitSha | undefined;
}

/**
 * The image to promote, or `undefined` when the image has to be built.
 * With `prefer` only a registry that reports "not found" leads to a build: a refused login or a broken connection is an error, because the release
 * must not silently become another image than the tested one.
 * When the run's commit has no image, because only changed images were built, it is that of the newest commit with the same sources.
 * @throws {ActionError} when the image is missing but required, or lacks a requested platform
 */
export async function findSource(job: ImageJob, registry: Registry): Promise<PromotionSource | undefined> {
  const { promotion, name } = job;
  if (promotion === undefined || job.plan.output === 'check') return undefined;
  const repository = `${promotion.from}/${name}`;
  const source = await findImage(job, promotion, { repository, registry });
  if (source === undefined) return undefined;
  const { reference, manifest, earlierCommit } = source;
  const missing = job.plan.platforms.filter(
    (platform) => !manifest.images.some((image) => image.platform === platform),
  );
  if (missing.length > 0)
    throw new ActionError({
      what: `${reference} lacks a requested platform`,
      why: `it is for ${formatPlatforms(manifest.images)}, without ${missing.join(', ')}`,
      next: 'Set the same `platforms` in the workflow that builds the tested image.',
    });
  const { target } = job.plan.image;
  const other = manifest.images.find((image) => image.target !== undefined && image.target !== target);
  if (target !== undefined && other !== undefined)
    throw new ActionError({
      what: `${reference} is another variant`,
      why: `it was built with the target ${other.target}, and ${target} is to be promoted`,
      next: 'Give each variant its own `tag-suffix`, the same where it is built and where it is promoted.',
    });
  return { reference: `${repository}@${manifest.digest}`, manifest, earlierCommit };
}

interface FoundImage {
  /** As it was looked up. */
  reference: string;
  manifest: Manifest;
  earlierCommit: CommitSha | undefined;
}

/** The image that was chosen, otherwise that of the commit; `undefined` when it may be built. */
async function findImage(
  job: ImageJob,
  promotion: Promotion,
  { repository, registry }: { repository: string; registry: Registry },
): Promise<FoundImage | undefined> {
  const chosen = promotion.digests.get(job.key);
  const reference = chosen === undefined ? `${repository}:${job.shaTag}` : `${repository}@${chosen}`;
  const manifest = await registry.find(reference);
  if (manifest !== undefined) return { reference, manifest, earlierCommit: undefined };
  // Another image than the one that was chosen must not be built or copied in its place.
  if (chosen !== undefined || promotion.commit !== undefined)
    throw new ActionError({
      what: `${reference} is missing`,
      why: `it was chosen for promotion, but ${promotion.from} does not have it`,
      next: 'Check `promote-commit` or `promote-digest`, and that the image was not deleted.',
    });
  const earlier = await findEarlierImage(job, repository, registry);
  if (!('searched' in earlier)) return earlier;
  if (promotion.mode === 'prefer') return undefined;
  throw missingSourceError({ reference, promotion, ...earlier });
}

/** How many tags are looked up at a time: the image is usually one of a few commits before. */
const LOOKUPS = 5;

async function findEarlierImage(
  { earlierCommits }: ImageJob,
  repository: string,
  registry: Registry,
): Promise<FoundImage | { searched: number; shallow: boolean }> {
  const { commits, shallow } = await earlierCommits();
  for (let start = 0; start < commits.length; start += LOOKUPS) {
    const some = commits.slice(start, start + LOOKUPS);
    const manifests = await Promise.all(some.map((commit) => registry.find(`${repository}:${shaTag(commit)}`)));
    for (const [index, earlierCommit] of some.entries()) {
      const manifest = manifests[index];
      if (manifest !== undefined)
        return { reference: `${repository}:${shaTag(earlierCommit)}`, manifest, earlierCommit };
    }
  }
  return { searched: commits.length, shallow };
}

function missingSourceError({
  reference,
  promotion: { mode, from },
  searched,
  shallow,
}: {
  reference: string;
  promotion: Promotion;
  searched: number;
  shallow: boolean;
}): ActionError {
  const earlier = searched === 0 ? '' : `, nor of an earlier commit with the same sources (${searched} looked up)`;
  return new ActionError({
    what: `${reference} is missing`,
    why: `\`promote: ${mode}\` copies the tested image of the commit, but ${from} has none${earlier}`,
    next: `Let the workflow that builds this commit finish first, or use \`promote: prefer\` to build missing images.${
      shallow
        ? ' If an earlier commit built the image and its sources have not changed since, set `fetch-depth: 0` for actions/checkout.'
        : ''
    }`,
  });
}

const formatPlatforms = (images: readonly PlatformImage[]): string =>
  images.map(({ platform }) => platform ?? 'an unknown platform').join(', ');
