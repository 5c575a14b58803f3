import type { Digest } from '../../../lib/identifiers.ts';
import type { BuildLog, Metadata } from '../buildx/builder.ts';
import { filledOutputs } from '../buildx/export-arguments.ts';
import { findSource, type PromotionSource } from '../promotion/promotion.ts';
import { verifySource } from '../promotion/verification.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import { getManifest } from '../registry/registry.ts';
import { planCommitImage } from '../tags/commit-tag.ts';
import { TagReplacedError } from '../tags/set-tags.ts';
import {
  assertNotReplacedAnywhere,
  assertOthersReadable,
  inEachRepository,
  pushEverywhere,
  resolveEverywhere,
  type TaggedRepository,
  type TagsByRepository,
  tagsIn,
} from '../tags/several-registries.ts';
import { findEquivalentImage, isEquivalent, settleContentTag } from './equivalent-image.ts';
import type { Clients, ImageJob, ImageResult } from './image-job.ts';
import { readSizes } from './sizes.ts';

/** Promote or build one image and set its tags. A second run changes nothing. */
export async function buildOrPromote(job: ImageJob, clients: Clients, log: BuildLog): Promise<ImageResult> {
  const start = performance.now();
  const context = { ...clients, job, log };
  const [source, tags] = await Promise.all([
    findSource(job, clients.registry),
    // Before a rebuild to verify, it would be too early.
    job.promotion?.mode === 'verify' ? undefined : promotionTags(job, clients),
  ]);
  const artifact = source === undefined ? await build(context) : await promote(context, source, tags);
  const { name, key, repository } = job;
  return {
    name,
    key,
    repository,
    ref: `${repository}@${artifact.digest}`,
    refs: inEachRepository(job).map((target) => `${target.repository}@${artifact.digest}`),
    digest: artifact.digest,
    tags: artifact.repositories[0]?.tags ?? [],
    repositories: artifact.repositories,
    sizes: artifact.sizes,
    platforms: artifact.platforms,
    promoted: source !== undefined,
    seconds: Math.round((performance.now() - start) / 100) / 10,
    metadata: artifact.metadata,
    reused: artifact.reused ?? false,
  };
}

interface JobContext extends Clients {
  job: ImageJob;
  log: BuildLog;
}

interface Artifact {
  digest: Digest;
  repositories: TaggedRepository[];
  sizes: ReadonlyMap<string, number>;
  platforms: string[];
  metadata: Metadata | undefined;
  reused?: boolean;
}

/**
 * What the tags name now, if the image may be promoted. `undefined` when they cannot be read, which the promotion reports: the first image of a
 * repository may have to be built, and some registries refuse to read a repository that does not exist.
 */
const promotionTags = async (job: ImageJob, { registry }: Clients): Promise<TagsByRepository | undefined> =>
  job.promotion === undefined || job.plan.output === 'check'
    ? undefined
    : resolveEverywhere(job, registry).catch(() => undefined);

async function promote(
  context: JobContext,
  source: PromotionSource,
  currentTags: TagsByRepository | undefined,
): Promise<Artifact> {
  const { job, builder, registry, log } = context;
  if (source.earlierCommit !== undefined)
    log.progress(
      `this commit has no image; the one of ${source.earlierCommit} is promoted: its sources have not changed since`,
    );
  if (job.promotion?.mode === 'verify') {
    log.progress(`rebuilding to verify ${source.reference}`);
    await verifySource(job, source, { builder, registry, log });
    log.progress('the rebuild gives the same digests');
  }
  if (filledOutputs(job.plan).length > 0)
    log.notice(`${job.key} is copied and not built, so its \`outputs\` are not written.`);
  log.progress(`copying ${source.reference}`);
  const { reference, manifest } = source;
  const tags = currentTags ?? (await resolveEverywhere(job, registry));
  await assertNotReplacedAnywhere(job, manifest, { tags, registry });
  const clients = { registry, log, tags, isEquivalent: async () => false };
  // What is copied has all platforms already.
  const repositories = await pushEverywhere({ ...job, confirmSeconds: undefined }, { reference, manifest }, clients);
  return {
    digest: manifest.digest,
    repositories,
    platforms: platformNames(manifest),
    // Read from where it was copied from: what was copied is known.
    sizes: await sizesOf(context, manifest, reference.slice(0, reference.indexOf('@'))),
    metadata: undefined,
  };
}

async function build(context: JobContext): Promise<Artifact> {
  const { job, registry, builder, log } = context;
  if (job.plan.output === 'push') await assertOthersReadable(job, registry);
  const { digest, metadata } = await builder.build(job.plan, log);
  if (filledOutputs(job.plan).length > 0) {
    const names = job.tags.map(({ name }) => `${job.repository}:${name}`);
    await builder.export(job.plan, names, log);
    log.progress(`wrote ${filledOutputs(job.plan).join(' and ')}`);
  }
  if (job.plan.output === 'check')
    return { digest, repositories: [], platforms: [...job.plan.platforms], sizes: new Map(), metadata };
  const [built, tags] = await Promise.all([
    getManifest(`${job.repository}@${digest}`, registry),
    resolveEverywhere(job, registry),
  ]);
  const [{ image, reused, repositories }, sizes] = await Promise.all([
    tagOrReuse(context, built, tags),
    sizesOf(context, built),
  ]);
  return {
    digest: image.digest,
    repositories,
    platforms: platformNames(image),
    // Platforms that another job built have been added to it.
    sizes: image.images.length === built.images.length ? sizes : await sizesOf(context, image),
    reused,
    metadata: image.digest === digest ? metadata : withDigest(metadata, image.digest),
  };
}

const sizesOf = async (
  { job, registry }: JobContext,
  manifest: Manifest,
  repository = job.repository,
): Promise<ReadonlyMap<string, number>> => (job.readsSizes ? readSizes(repository, manifest, registry) : new Map());

/** How often a run sets its tags when concurrent runs of the same commit keep replacing them. */
const MAX_ATTEMPTS = 5;

/**
 * Set the tags of the built image, or reuse an equivalent image of an earlier run, of this commit or another one.
 * Concurrent runs of one commit push equivalent images under the same tags. If a concurrent run has pushed one, reuse it for all tags.
 */
async function tagOrReuse(
  context: JobContext,
  built: Manifest,
  resolvedTags: TagsByRepository,
): Promise<{ image: Manifest; reused: boolean; repositories: TaggedRepository[] }> {
  const { job, registry, log } = context;
  const { repository, reproducible } = job;
  const location = { repository, registry };
  const findCandidate = async (tags: TagsByRepository): Promise<Manifest> => {
    if (!reproducible) return built;
    const known = await findEquivalentImage(built, [...tagsIn(tags, repository).values()], location);
    return known ?? settleContentTag(built, { ...location, log });
  };
  for (let tags = resolvedTags, attempt = 1; ; attempt++) {
    const candidate = await findCandidate(tags);
    if (candidate.digest !== built.digest) log.progress(`the same image already exists as ${candidate.digest}`);
    const clients = {
      ...{ registry, log, tags },
      isEquivalent: async (found: Manifest) => reproducible && isEquivalent(built, found, location),
    };
    try {
      const currentTags = tagsIn(tags, repository);
      const { planned, replaceable, settle } = await planCommitImage(job, candidate, { registry, log, currentTags });
      await assertNotReplacedAnywhere(job, planned, { tags, registry, built: candidate, replaceable });
      const image = await settle();
      const source = { reference: `${repository}@${image.digest}`, manifest: image };
      const repositories = await pushEverywhere(job, source, clients);
      return { image, reused: candidate.digest !== built.digest, repositories };
    } catch (error) {
      if (!(error instanceof TagReplacedError) || attempt === MAX_ATTEMPTS) throw error;
      // Another job of the commit may have set its tag: the next attempt merges with its image, or reports it.
      if (!error.tag.ofCommit && !(await clients.isEquivalent(error.found))) throw error;
    }
    tags = await resolveEverywhere(job, registry);
  }
}

/** The metadata with the digest of the reused image. Consumers that read the digest from the metadata must get the tagged image's. */
function withDigest({ 'containerimage.descriptor': _descriptor, ...metadata }: Metadata, digest: Digest): Metadata {
  return { ...metadata, 'containerimage.digest': digest };
}

function platformNames(manifest: Manifest): string[] {
  return manifest.images.flatMap(({ platform }) => platform ?? []);
}
