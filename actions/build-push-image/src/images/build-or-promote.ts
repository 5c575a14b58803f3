import type { Digest, ImageTag } from '../../../lib/identifiers.ts';
import { registryHost } from '../../../lib/images/references.ts';
import type { BuildLog, Metadata } from '../buildx/builder.ts';
import { filledOutputs } from '../buildx/export-arguments.ts';
import { nextStep, ToolError } from '../buildx/tool-error.ts';
import { logCopy } from '../registry/copy-log.ts';
import type { Manifest } from '../registry/manifest.ts';
import { type CopyResult, type Registry, type ResolvedTags, resolveTags } from '../registry/registry.ts';
import { isFloating, moveFloatingTags } from '../tags/floating-tags.ts';
import type { PlannedTag } from '../tags/tag-rules.ts';
import { findEquivalentImage, type ImageLocation, isEquivalent, settleContentTag } from './equivalent-image.ts';
import type { Clients, ImageJob, ImageResult } from './image-job.ts';
import { findSource, type PromotionSource } from './promotion.ts';
import { verifySource } from './verification.ts';

/** Promote or build one image and set its tags. A second run changes nothing. */
export async function buildOrPromote(job: ImageJob, clients: Clients, log: BuildLog): Promise<ImageResult> {
  const start = performance.now();
  const context = { ...clients, job, log };
  const source = await findSource(job, clients.registry);
  const artifact = source === undefined ? await build(context) : await promote(context, source);
  const { name, repository } = job;
  return {
    name,
    repository,
    ref: `${repository}@${artifact.digest}`,
    digest: artifact.digest,
    tags: artifact.tags,
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
  /** The tags that point to it now. */
  tags: ImageTag[];
  platforms: string[];
  metadata: Metadata | undefined;
  reused?: boolean;
}

async function promote(context: JobContext, source: PromotionSource): Promise<Artifact> {
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
    log.notice(`${job.name} is copied and not built, so its \`outputs\` are not written.`);
  log.progress(`copying ${source.reference}`);
  const { reference, manifest } = source;
  const tags = await pushTags(context, { reference, digest: manifest.digest }, await resolveJobTags(context));
  return { digest: manifest.digest, tags, platforms: platformNames(manifest), metadata: undefined };
}

async function build(context: JobContext): Promise<Artifact> {
  const { job, registry, builder, log } = context;
  const { digest, metadata } = await builder.build(job.plan, log);
  if (filledOutputs(job.plan).length > 0) {
    const names = job.tags.map(({ name }) => `${job.repository}:${name}`);
    await builder.export(job.plan, names, log);
    log.progress(`wrote ${filledOutputs(job.plan).join(' and ')}`);
  }
  if (job.plan.output === 'check') return { digest, tags: [], platforms: [...job.plan.platforms], metadata };
  const [built, currentTags] = await Promise.all([
    getManifest(`${job.repository}@${digest}`, registry),
    resolveJobTags(context),
  ]);
  const tagged = await tagOrReuse(context, built, currentTags);
  return {
    ...tagged,
    platforms: platformNames(built),
    reused: tagged.digest !== digest,
    metadata: tagged.digest === digest ? metadata : withDigest(metadata, tagged.digest),
  };
}

const resolveJobTags = ({ job, registry }: JobContext): Promise<ResolvedTags> =>
  resolveTags(
    job.repository,
    job.tags.map(({ name }) => name),
    registry,
  );

/** How often a run sets its tags when concurrent runs of the same commit keep replacing them. */
const MAX_ATTEMPTS = 5;

/**
 * Set the tags of the built image, or reuse an equivalent image of an earlier run, of this commit or another one.
 * Concurrent runs of one commit push equivalent images under the same tags. If a concurrent run has pushed one, reuse it for all tags.
 */
async function tagOrReuse(
  context: JobContext,
  built: Manifest,
  resolvedTags: ResolvedTags,
): Promise<Pick<Artifact, 'digest' | 'tags'>> {
  const { job, registry, log } = context;
  const { repository, reproducible } = job;
  const location = { repository, registry };
  const findDigest = async (currentTags: ResolvedTags): Promise<Digest> =>
    reproducible
      ? ((await findEquivalentImage(built, [...currentTags.values()], location)) ??
        (await settleContentTag(built, { ...location, log })))
      : built.digest;
  for (let currentTags = resolvedTags, attempt = 1; ; attempt++) {
    const digest = await findDigest(currentTags);
    if (digest !== built.digest) log.progress(`the same image already exists as ${digest}`);
    try {
      const tags = await pushTags(context, { reference: `${repository}@${digest}`, digest }, currentTags);
      return { digest, tags };
    } catch (error) {
      const isReplacedByEquivalent =
        error instanceof TagReplacedError && reproducible && (await isEquivalent(built, error.found, location));
      if (!isReplacedByEquivalent || attempt === MAX_ATTEMPTS) throw error;
    }
    currentTags = await resolveJobTags(context);
  }
}

/** The metadata with the digest of the reused image. Consumers that read the digest from the metadata must get the tagged image's. */
function withDigest({ 'containerimage.descriptor': _descriptor, ...metadata }: Metadata, digest: Digest): Metadata {
  return { ...metadata, 'containerimage.digest': digest };
}

/** The tag points to a different digest than the one just pushed. */
class TagReplacedError extends ToolError {
  override name = 'TagReplacedError';
  readonly found: Manifest;

  constructor(reference: string, pushed: Digest, found: Manifest) {
    super('final', {
      what: `${reference} is not what was pushed`,
      why: `the registry has ${found.digest}, but ${pushed} was pushed`,
      next: 'Look for another run that pushes the same tag, then run the job again.',
    });
    this.found = found;
  }
}

/** An image to tag: a reference by digest, and the digest. */
interface TagSource {
  reference: string;
  digest: Digest;
}

/**
 * Set the tags that do not point to the image yet, and check that each does. The floating tags come last.
 * @returns the tags that point to it now
 */
async function pushTags(context: JobContext, source: TagSource, currentTags: ResolvedTags): Promise<ImageTag[]> {
  const { job, registry, log } = context;
  const tags = job.tags.filter((tag) => !isFloating(tag));
  const outdated = tags.filter(({ name }) => currentTags.get(name)?.digest !== source.digest);
  if (outdated.length > 0)
    logCopy(await setTags(outdated, source, { repository: job.repository, registry }), source.reference, log);
  return [...tags.map(({ name }) => name), ...(await moveFloatingTags(job, source, { registry, log }))];
}

async function setTags(
  tags: readonly PlannedTag[],
  { reference, digest }: TagSource,
  { repository, registry }: ImageLocation,
): Promise<CopyResult> {
  const copied = await registry.copy(
    reference,
    tags.map(({ name }) => `${repository}:${name}`),
  );
  await Promise.all(
    tags
      // A concurrent run may have moved a moving tag on in the meantime.
      .filter(({ moving }) => !moving)
      .map(async ({ name }) => {
        const found = await getManifest(`${repository}:${name}`, registry);
        if (found.digest !== digest) throw new TagReplacedError(`${repository}:${name}`, digest, found);
      }),
  );
  return copied;
}

async function getManifest(reference: string, registry: Registry): Promise<Manifest> {
  const manifest = await registry.find(reference);
  if (manifest !== undefined) return manifest;
  throw new ToolError('missing', {
    what: `${reference} is missing`,
    why: 'it was pushed, but the registry reports that it does not exist',
    next: nextStep('missing', registryHost(reference)),
  });
}

function platformNames(manifest: Manifest): string[] {
  return manifest.images.flatMap(({ platform }) => platform ?? []);
}
