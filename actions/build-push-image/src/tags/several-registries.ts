import { ActionError, messageOf } from '../../../lib/errors.ts';
import type { Digest, ImageTag } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import { logCopy } from '../registry/copying/copy-log.ts';
import type { Manifest } from '../registry/manifests/manifest.ts';
import { type CopyResult, type Registry, type ResolvedTags, resolveTags } from '../registry/registry.ts';
import { hasPlatforms, isRebuild } from './commit-tag.ts';
import { assertNotReplaced, contains, type FixedTags } from './fixed-tags.ts';
import { pushTags, type TagClients, type TaggedImage, TagReplacedError } from './set-tags.ts';

/** The repositories of an image, one for each registry of the step. */
export interface ImageRepositories {
  /** Of the first registry, which the image is built into. */
  repository: string;
  otherRepositories: readonly string[];
}

/** An image that gets the same tags in every registry. */
export type SharedImage = TaggedImage & FixedTags & ImageRepositories & { reproducible: boolean };

/** What an image's tags name, by repository. */
export type TagsByRepository = ReadonlyMap<string, ResolvedTags>;

/** What was done in a repository. */
export interface TaggedRepository {
  repository: string;
  /** The tags that point to the image now. */
  tags: ImageTag[];
  /** What came along with the image. */
  copied: CopyResult;
}

/** An image as it is in each of its repositories: those of other registries are tagged by the same rules as the first. */
export const inEachRepository = <T extends ImageRepositories>(image: T): T[] =>
  [image.repository, ...image.otherRepositories].map((repository) => ({ ...image, repository }));

/**
 * What the image's tags name now. A concurrent run sets its tags in the first registry before those in the others, so the first is read last: what
 * such a run has set in another registry is then found in the first as well.
 */
export async function resolveEverywhere(image: SharedImage, registry: Registry): Promise<TagsByRepository> {
  const names = image.tags.map(({ name }) => name);
  const resolve = async (repository: string) => [repository, await resolveTags(repository, names, registry)] as const;
  const others = await Promise.all(image.otherRepositories.map(resolve));
  return new Map([await resolve(image.repository), ...others]);
}

/**
 * Read from the other registries before the build, so that a login which one of them refuses is reported at once.
 * @throws {ToolError} when a registry cannot be read
 */
export async function assertOthersReadable(
  { otherRepositories, tags }: SharedImage,
  registry: Registry,
): Promise<void> {
  const names = tags.slice(0, 1).map(({ name }) => name);
  await Promise.all(otherRepositories.map((repository) => resolveTags(repository, names, registry)));
}

export const tagsIn = (tags: TagsByRepository, repository: string): ResolvedTags => tags.get(repository) ?? new Map();

interface GuardOptions {
  tags: TagsByRepository;
  registry: Registry;
  /** The image of the commit as this run built it, whose earlier results may be replaced; `undefined` when it was not built. */
  built?: Manifest;
  /** Another image that may be replaced. */
  replaceable?: Digest | undefined;
}

/**
 * Check before any tag is set in any registry that none takes another image's place.
 * @throws {ActionError} when a tag names another image
 */
export async function assertNotReplacedAnywhere(
  image: SharedImage,
  planned: Manifest,
  { tags, registry, built, replaceable }: GuardOptions,
): Promise<void> {
  for (const target of inEachRepository(image)) {
    const currentTags = tagsIn(tags, target.repository);
    const own = { repository: image.repository, reproducible: image.reproducible };
    const earlier =
      built === undefined || target.repository === image.repository
        ? undefined
        : await findEarlierResult(target, planned, { built: { ...own, manifest: built }, currentTags, registry });
    const allowed = [replaceable, earlier].filter((digest) => digest !== undefined);
    assertNotReplaced(target, planned, { currentTags, replaceable: allowed });
  }
}

/** What the commit's tag names in another registry, if it is an earlier result of the same build and the new image has its platforms. */
async function findEarlierResult(
  { repository, tags }: SharedImage,
  planned: Manifest,
  {
    built,
    currentTags,
    registry,
  }: { built: Parameters<typeof isRebuild>[0]; currentTags: ResolvedTags; registry: Registry },
): Promise<Digest | undefined> {
  const tag = tags.find(({ ofCommit }) => ofCommit);
  const manifest = tag && currentTags.get(tag.name);
  if (manifest === undefined || contains(planned, manifest) || !hasPlatforms(planned, manifest)) return undefined;
  return (await isRebuild(built, { repository, manifest }, registry)) ? manifest.digest : undefined;
}

/** The image to tag, and where it is copied from: a reference by digest. */
export interface SharedSource {
  reference: string;
  manifest: Manifest;
}

/**
 * Set the tags in the first registry, then in the others at the same time. The rules apply to each registry by what it has: a newer release in one
 * keeps `latest` there only.
 * @param tags what the tags named when it was checked that none takes another image's place
 * @returns what was done, in the order of the registries
 * @throws {TagReplacedError} when another run has replaced a tag, as {@link pushTags} does
 * @throws {ActionError} when other registries failed, after the tags in all the others were set
 */
export async function pushEverywhere(
  image: SharedImage,
  source: SharedSource,
  { tags, ...clients }: Omit<TagClients, 'onCopy'> & { tags: TagsByRepository },
): Promise<TaggedRepository[]> {
  const [first, ...others] = inEachRepository(image);
  if (first === undefined) return [];
  const { log } = clients;
  const done = await pushTo(first, source, {
    ...clients,
    log: others.length === 0 ? log : withName(log, first.repository),
    currentTags: tagsIn(tags, first.repository),
  });
  const outcomes = await Promise.allSettled(
    others.map(async (target) => {
      const own = { ...clients, log: withName(log, target.repository) };
      // While the image is copied, which takes long, other runs set tags: what they name is read after it.
      const copied = await copyByDigest(target.repository, source, own);
      const currentTags = await readUnreplaced(target, source, { ...own, checked: tagsIn(tags, target.repository) });
      const isEquivalent = async () => false;
      const tagged = await pushTo(target, source, { ...own, currentTags, isEquivalent });
      return { ...tagged, copied: add(copied, tagged.copied) };
    }),
  );
  const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
  const replaced = errors.find((error) => error instanceof TagReplacedError);
  if (replaced !== undefined) throw replaced;
  const failed = others.filter((_, index) => outcomes[index]?.status === 'rejected');
  if (errors.length > 0) throw copyError(first.repository, failed, errors);
  return [done, ...outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))];
}

async function pushTo(
  target: SharedImage,
  source: SharedSource,
  clients: Omit<TagClients, 'onCopy'> & { currentTags: ResolvedTags },
): Promise<TaggedRepository> {
  const { repository } = target;
  const { reference, manifest } = source;
  let copied = NOTHING_COPIED;
  const onCopy = (more: CopyResult) => {
    logCopy(more, reference, clients.log);
    copied = add(copied, more);
  };
  const tags = await pushTags(target, { reference, digest: manifest.digest }, { ...clients, onCopy });
  // All its tags stay with other images: its digest is an output of the step all the same.
  return tags.length > 0
    ? { repository, tags, copied }
    : { repository, tags, copied: add(copied, await copyByDigest(repository, source, clients)) };
}

/** Copy the image without a tag, unless the repository has it. */
async function copyByDigest(
  repository: string,
  { reference, manifest: { digest } }: SharedSource,
  { registry, log }: Pick<TagClients, 'registry' | 'log'>,
): Promise<CopyResult> {
  const name = `${repository}@${digest}`;
  if ((await registry.find(name)) !== undefined) return NOTHING_COPIED;
  const copied = await registry.copy(reference, [name]);
  logCopy(copied, reference, log);
  return copied;
}

const NOTHING_COPIED: CopyResult = { referrers: 0, notCopied: [] };

const add = (one: CopyResult, other: CopyResult): CopyResult => ({
  referrers: one.referrers + other.referrers,
  notCopied: [...one.notCopied, ...other.notCopied],
});

/**
 * What the tags in another registry name immediately before they are set: another run may have set them since they were checked.
 * @throws {TagReplacedError} when a tag that must not change names an image now that the new one does not contain
 */
async function readUnreplaced(
  { repository, tags, overwriteTags }: SharedImage,
  { manifest }: SharedSource,
  { registry, checked }: { registry: Registry; checked: ResolvedTags },
): Promise<ResolvedTags> {
  const names = tags.map(({ name }) => name);
  const currentTags = await resolveTags(repository, names, registry);
  for (const tag of tags.filter(({ moving, ofCommit }) => !moving && (ofCommit || !overwriteTags))) {
    const found = currentTags.get(tag.name);
    if (found === undefined || found.digest === checked.get(tag.name)?.digest || contains(manifest, found)) continue;
    throw new TagReplacedError(`${repository}:${tag.name}`, manifest.digest, { tag, found });
  }
  return currentTags;
}

/** A log whose messages say which repository they are about. */
function withName(log: BuildLog, repository: string): BuildLog {
  return {
    line: (text) => log.line(text),
    progress: (text) => log.progress(`${repository}: ${text}`),
    notice: (text) => log.notice(`${repository}: ${text}`),
    warning: (text, location) => log.warning(text, location),
  };
}

function copyError(first: string, failed: readonly SharedImage[], errors: readonly unknown[]): ActionError {
  const steps = errors.flatMap((error) => (error instanceof ActionError ? error.next : []));
  return new ActionError({
    what: `${failed.map(({ repository }) => repository).join(' and ')} did not get the image of ${first}`,
    why: errors.map(messageOf).join('\n'),
    next: `${[...new Set(steps)].join(' ')} ${first} has the image and its tags; a job that runs again sets those that are missing.`.trim(),
    cause: errors[0],
  });
}
