import type { Digest, ImageTag } from '../../../lib/identifiers.ts';
import { registryHost } from '../../../lib/images/references.ts';
import { nextStep, ToolError } from '../buildx/tool-error.ts';
import type { Manifest } from './manifests/manifest.ts';

/** Images in registries, by reference. */
export interface Registry {
  /**
   * The manifest that a reference points to, or `undefined` when the registry reports that it does not exist.
   * @throws {ToolError} when that is unknown: refused, unreachable
   */
  find(reference: string): Promise<Manifest | undefined>;
  /** The predicate types of an image's attestations, sorted. */
  predicateTypes(repository: string, manifest: Manifest): Promise<string[]>;
  /** What the build of an image was asked for, as text to compare; `undefined` when its provenance does not say it completely. */
  buildRequest(repository: string, manifest: Manifest): Promise<string | undefined>;
  /** The tags of a repository; none when it does not exist. */
  tags(repository: string): Promise<string[]>;
  /**
   * A configuration or layer of an image.
   * @throws when it is missing or too large to be kept in memory
   */
  blob(repository: string, digest: Digest): Promise<Buffer>;
  /**
   * The size of an image of one platform as it is stored and sent, in bytes: its compressed layers and its configuration.
   * @throws when its manifest cannot be read
   */
  imageSize(repository: string, digest: Digest): Promise<number>;
  /** Copy an image with its attestations and signatures, and tag it; the digest stays. */
  copy(source: string, targets: readonly string[]): Promise<CopyResult>;
  /**
   * Push an index with the images of all sources and their attestations, and tag it; of two images for one platform the later source's is taken.
   * @param repository the one of all sources and targets
   * @param sources references by digest
   */
  merge(repository: string, sources: readonly string[], targets: readonly string[]): Promise<Digest>;
}

/** What was copied besides the image. */
export interface CopyResult {
  /** How many signatures and attestations that refer to the image. */
  referrers: number;
  /** What could not be copied, and why, one sentence each. */
  notCopied: readonly string[];
}

/** The manifest that each tag points to; `undefined` for a tag that does not exist. */
export type ResolvedTags = ReadonlyMap<ImageTag, Manifest | undefined>;

/** What the tags of a repository point to now. */
export async function resolveTags(
  repository: string,
  tags: readonly ImageTag[],
  registry: Pick<Registry, 'find'>,
): Promise<ResolvedTags> {
  const found = tags.map(async (tag) => [tag, await registry.find(`${repository}:${tag}`)] as const);
  return new Map(await Promise.all(found));
}

/**
 * The manifest of an image that was pushed.
 * @throws {ToolError} when the registry does not have it
 */
export async function getManifest(reference: string, registry: Pick<Registry, 'find'>): Promise<Manifest> {
  const manifest = await registry.find(reference);
  if (manifest !== undefined) return manifest;
  throw new ToolError('missing', {
    what: `${reference} is missing`,
    why: 'it was pushed, but the registry reports that it does not exist',
    next: nextStep('missing', registryHost(reference)),
  });
}
