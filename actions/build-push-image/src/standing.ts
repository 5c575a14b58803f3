import type { ImageTag } from '../../lib/identifiers.ts';
import type { Manifest } from './manifest.ts';
import type { Registry } from './registry.ts';
import type { PlannedTag } from './tags.ts';

/** What each tag names; `undefined` for one that is not there. */
export type Standing = ReadonlyMap<ImageTag, Manifest | undefined>;

/** What tags of a repository name now. */
export async function standing(
  repository: string,
  tags: readonly PlannedTag[],
  registry: Pick<Registry, 'find'>,
): Promise<Standing> {
  const found = tags.map(async ({ name }) => [name, await registry.find(`${repository}:${name}`)] as const);
  return new Map(await Promise.all(found));
}
