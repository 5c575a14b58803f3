import type { Digest, ImageTag } from '../../../lib/identifiers.ts';
import type { BuildLog, Metadata } from '../buildx/builder.ts';
import { nextStep, ToolError } from '../buildx/tool-error.ts';
import { hostOf } from '../docker/docker-config.ts';
import type { Manifest } from '../registry/manifest.ts';
import type { Registry } from '../registry/registry.ts';
import { type Standing, standing } from '../registry/registry.ts';
import { follow, follows } from '../tags/floating-tags.ts';
import type { PlannedTag } from '../tags/tag-rules.ts';
import type { Delivery, Order, Workshop } from './image-job.ts';
import { findSource, type Source, verifySource } from './promotion.ts';

/** Copy or build one image and give it its tags. Doing it again leaves what is there. */
export async function deliver(order: Order, workshop: Workshop, log: BuildLog): Promise<Delivery> {
  const start = performance.now();
  const source = await findSource(order, workshop.registry);
  const made = source === undefined ? await build(order, workshop, log) : await promote(order, source, workshop, log);
  const { name, repository } = order;
  return {
    name,
    repository,
    ref: `${repository}@${made.digest}`,
    digest: made.digest,
    tags: made.tags,
    platforms: made.platforms,
    promoted: source !== undefined,
    seconds: Math.round((performance.now() - start) / 100) / 10,
    metadata: made.metadata,
  };
}

interface Made {
  digest: Digest;
  /** That name it now. */
  tags: ImageTag[];
  platforms: string[];
  metadata: Metadata | undefined;
}

async function promote(order: Order, source: Source, workshop: Workshop, log: BuildLog): Promise<Made> {
  const { registry, builder } = workshop;
  if (order.promotion?.mode === 'verify') {
    log.progress(`building again to verify ${source.reference}`);
    await verifySource(order, source, builder, log);
    log.progress('the rebuild gives the same digests');
  }
  log.progress(`copying ${source.reference}`);
  const { digest } = source.manifest;
  const tags = await publish(
    order,
    source.reference,
    digest,
    await standing(order.repository, tagNames(order), registry),
    workshop,
    log,
  );
  return { digest, tags, platforms: platformsOf(source.manifest), metadata: undefined };
}

async function build(order: Order, workshop: Workshop, log: BuildLog): Promise<Made> {
  const { registry, builder } = workshop;
  const { digest, metadata } = await builder.build(order.plan, log);
  if (order.plan.output === 'check') return { digest, tags: [], platforms: [...order.plan.platforms], metadata };
  const [built, there] = await Promise.all([
    existing(`${order.repository}@${digest}`, registry),
    standing(order.repository, tagNames(order), registry),
  ]);
  const settled = await settle(order, built, there, workshop, log);
  return {
    ...settled,
    platforms: platformsOf(built),
    metadata: settled.digest === digest ? metadata : renamed(metadata, settled.digest),
  };
}

/** How often a run takes over what other runs of the same commit put under its tags meanwhile. */
const MOST_TAKEOVERS = 5;

/**
 * Give the built image its tags, or keep an earlier run's that is the same.
 * Runs of one commit at the same moment put equal images under the same tags: who finds another's there keeps that one, under all tags.
 */
async function settle(
  order: Order,
  built: Manifest,
  there: Standing,
  workshop: Workshop,
  log: BuildLog,
): Promise<Pick<Made, 'digest' | 'tags'>> {
  const { registry } = workshop;
  for (let found = there, takeover = 1; ; takeover++) {
    const kept = order.reproducible ? await earlierTwin(order.repository, built, found, registry) : undefined;
    if (kept !== undefined) log.progress(`the same image is there already as ${kept}`);
    const digest = kept ?? built.digest;
    try {
      const tags = await publish(order, `${order.repository}@${digest}`, digest, found, workshop, log);
      return { digest, tags };
    } catch (error) {
      const isTwin =
        error instanceof ReplacedError &&
        order.reproducible &&
        (await isSameImage(order.repository, built, error.found, registry));
      if (!isTwin || takeover === MOST_TAKEOVERS) throw error;
    }
    found = await standing(order.repository, tagNames(order), registry);
  }
}

const tagNames = ({ tags }: Order): ImageTag[] => tags.map(({ name }) => name);

/** The metadata of a build with the digest of the twin that was kept: whoever takes the digest from it must not get the one without tags. */
function renamed({ 'containerimage.descriptor': _descriptor, ...metadata }: Metadata, digest: Digest): Metadata {
  return { ...metadata, 'containerimage.digest': digest };
}

/**
 * An image under one of the tags that an earlier run built and that is the same: the same image for every platform, the same annotations, the
 * same kinds of attestations. It is kept. A provenance tells the time of its build, so a second build of a commit would else get
 * another digest although nothing in the image differs.
 */
async function earlierTwin(
  repository: string,
  built: Manifest,
  tags: Standing,
  registry: Registry,
): Promise<Digest | undefined> {
  for (const manifest of tags.values()) {
    if (manifest === undefined || !(await isSameImage(repository, built, manifest, registry))) continue;
    return manifest.digest === built.digest ? undefined : manifest.digest;
  }
  return undefined;
}

async function isSameImage(repository: string, built: Manifest, other: Manifest, registry: Registry): Promise<boolean> {
  if (other.digest === built.digest) return true;
  if (other.contents !== built.contents) return false;
  const [theirs, ours] = await Promise.all([
    registry.statements(repository, other),
    registry.statements(repository, built),
  ]);
  return theirs.join() === ours.join();
}

/** A tag names something else than what was just put under it. */
class ReplacedError extends ToolError {
  override name = 'ReplacedError';
  readonly found: Manifest;

  constructor(reference: string, put: Digest, found: Manifest) {
    super('final', {
      what: `${reference} is not what was pushed`,
      why: `the registry has ${found.digest} where ${put} was put`,
      next: 'Look for another run that pushes the same tag, and run the job again.',
    });
    this.found = found;
  }
}

/**
 * Bring the image under its tags, where it is not yet, and see that each names it. Those that follow the highest version come last.
 * @returns the tags that name it now
 */
async function publish(
  order: Order,
  source: string,
  digest: Digest,
  there: Standing,
  workshop: Workshop,
  log: BuildLog,
): Promise<ImageTag[]> {
  const tags = order.tags.filter((tag) => !follows(tag));
  const outdated = tags.filter(({ name }) => there.get(name)?.digest !== digest);
  if (outdated.length > 0) await put(order.repository, source, digest, outdated, workshop.registry);
  return [...tags.map(({ name }) => name), ...(await follow(order, source, digest, workshop.registry, log))];
}

async function put(
  repository: string,
  source: string,
  digest: Digest,
  tags: readonly PlannedTag[],
  registry: Registry,
): Promise<void> {
  await registry.copy(
    source,
    tags.map(({ name }) => `${repository}:${name}`),
  );
  await Promise.all(
    tags
      // A moving tag may have been moved on by another run in the meantime.
      .filter(({ moving }) => !moving)
      .map(async ({ name }) => {
        const found = await existing(`${repository}:${name}`, registry);
        if (found.digest !== digest) throw new ReplacedError(`${repository}:${name}`, digest, found);
      }),
  );
}

async function existing(reference: string, registry: Registry): Promise<Manifest> {
  const manifest = await registry.find(reference);
  if (manifest !== undefined) return manifest;
  throw new ToolError('missing', {
    what: `${reference} is missing`,
    why: 'it was pushed, but the registry says that it is not there',
    next: nextStep('missing', hostOf(reference)),
  });
}

export function platformsOf(manifest: Manifest): string[] {
  return manifest.images.flatMap(({ platform }) => platform ?? []);
}
