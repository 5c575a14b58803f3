import type { ImageTag } from '../../../lib/identifiers.ts';
import type { Manifest } from './manifest.ts';

/** Images in registries, by reference. */
export interface Registry {
  /**
   * What a tag or digest names, or `undefined` when the registry says that there is no such thing.
   * @throws {ToolError} when it cannot be known: refused, unreachable
   */
  find(reference: string): Promise<Manifest | undefined>;
  /** The kinds of statements that the attestations of an image make, sorted. */
  statements(repository: string, manifest: Manifest): Promise<string[]>;
  /** The tags that a repository has; none when it does not exist. */
  tags(repository: string): Promise<string[]>;
  /** Copy an image with all that belongs to it and give it tags; the digest stays. */
  copy(source: string, targets: readonly string[]): Promise<void>;
}

/** What each tag names; `undefined` for one that is not there. */
export type Standing = ReadonlyMap<ImageTag, Manifest | undefined>;

/** What tags of a repository name now. */
export async function standing(
  repository: string,
  tags: readonly ImageTag[],
  registry: Pick<Registry, 'find'>,
): Promise<Standing> {
  const found = tags.map(async (tag) => [tag, await registry.find(`${repository}:${tag}`)] as const);
  return new Map(await Promise.all(found));
}
