import { ActionError, messageOf } from '../../../lib/errors.ts';
import type { Digest, ImageTag } from '../../../lib/identifiers.ts';
import type { BuildLog } from '../buildx/builder.ts';
import { ToolError } from '../buildx/tool-error.ts';
import type { Order } from '../images/image-job.ts';
import type { Registry } from '../registry/registry.ts';
import { type Standing, standing } from '../registry/registry.ts';
import { type HeldTag, holdBack, type PlannedTag } from './tag-rules.ts';

/** Whether a tag names the highest version of a line: `1.4`, `1`, and `latest` of a release. */
export const follows = ({ line }: PlannedTag): boolean => line !== undefined;

export interface Freed {
  free: readonly PlannedTag[];
  held: readonly HeldTag[];
  /** Why the others stay, in sentences; `undefined` when all may move. */
  reason: string | undefined;
}

/** What the registry holds decides about `1.4`, `1` and `latest`; when it does not say, they stay: a `latest` that is late harms less than one that goes back. */
export async function freeTags(
  { repository, tags, release }: Pick<Order, 'repository' | 'tags' | 'release'>,
  registry: Pick<Registry, 'tags'>,
): Promise<Freed> {
  const following = tags.filter(follows);
  if (release === undefined || following.length === 0) return { free: tags, held: [], reason: undefined };
  let released: string[];
  try {
    released = await registry.tags(repository);
  } catch (error) {
    return {
      free: tags.filter((tag) => !follows(tag)),
      held: [],
      reason: `${following.map(({ name }) => name).join(', ')} stay where they are: whether a newer release is there is unknown, for the registry does not list its tags (${messageOf(error)}).`,
    };
  }
  const { free, held } = await holdBack(tags, release, released);
  const reasons = held.map(({ name, by }) => `${name} stays: the repository holds the newer ${by}.`);
  return { free, held, reason: reasons.length === 0 ? undefined : reasons.join(' ') };
}

/**
 * See before anything is built that every image will get a tag.
 * @throws {ActionError} when all tags of an image are held
 */
export async function expectTags(orders: readonly Order[], registry: Pick<Registry, 'tags'>): Promise<void> {
  await Promise.all(
    orders
      .filter(({ plan, tags }) => plan.output === 'push' && tags.every(follows))
      .map(async (order) => {
        const { free, reason } = await freeTags(order, registry);
        if (free.length === 0) throw untagged(order, reason);
      }),
  );
}

/** How often a run moves its tags while other releases come to be. */
const MOST_MOVES = 5;

/**
 * Put the tags that follow the highest version to the image, unless a newer version is there, and look again until nothing is to be moved.
 * The version's own tag is there by then. So of two releases at the same moment at least one sees the other, and a run that finds that it
 * moved a tag back moves it on to the newer release. A tag that this run did not put is never taken from a newer release, nor moved for it.
 * @param source a reference by digest
 * @returns the tags that name the image now
 */
export async function follow(
  order: Order,
  source: string,
  digest: Digest,
  registry: Registry,
  log: BuildLog,
): Promise<ImageTag[]> {
  const { repository } = order;
  const following = order.tags.filter(follows);
  if (following.length === 0) return [];
  const put = new Set<Digest>();
  for (let move = 0; ; move++) {
    // Looked up before the list: who has moved a tag on by then is in the list too.
    const there = await standing(
      repository,
      following.map(({ name }) => name),
      registry,
    );
    const { free, held, reason } = await freeTags({ ...order, tags: following }, registry);
    const own = free.filter(({ name }) => there.get(name)?.digest !== digest).map(({ name }) => name);
    const lost = await lostTags(
      repository,
      held.filter(({ name }) => put.has(there.get(name)?.digest as Digest)),
      there,
      registry,
    );
    if (own.length + lost.length === 0) {
      if (reason !== undefined) log.notice(reason);
      const named = following.flatMap(({ name }) => (there.get(name)?.digest === digest ? [name] : []));
      if (named.length === 0 && order.tags.every(follows)) throw untagged(order, reason);
      return named;
    }
    if (move === MOST_MOVES) throw restless(repository, [...own, ...lost.map(({ name }) => name)]);
    if (own.length > 0) {
      put.add(digest);
      await registry.copy(
        source,
        own.map((name) => `${repository}:${name}`),
      );
    }
    for (const { name, owner } of lost) {
      put.add(owner);
      await registry.copy(`${repository}@${owner}`, [`${repository}:${name}`]);
    }
  }
}

/** Tags that this run put while a newer version is there, with the digest that they should name. */
async function lostTags(
  repository: string,
  held: readonly HeldTag[],
  there: Standing,
  registry: Registry,
): Promise<{ name: ImageTag; owner: Digest }[]> {
  const owners = await Promise.all(
    held.map(async ({ name, holder }) => ({
      name,
      owner: (await registry.find(`${repository}:${holder}`))?.digest,
    })),
  );
  return owners.flatMap(({ name, owner }) =>
    owner === undefined || owner === there.get(name)?.digest ? [] : [{ name, owner }],
  );
}

function untagged({ repository }: Order, reason: string | undefined): ActionError {
  return new ActionError({
    what: `${repository} would get no tag`,
    why: reason ?? 'no rule gives one',
    next: 'Add the rule `semver` or `sha`, which name this release whatever else there is.',
  });
}

function restless(repository: string, tags: readonly ImageTag[]): ToolError {
  return new ToolError('final', {
    what: `${tags.join(', ')} of ${repository} does not stay where it is put`,
    why: `it was put to the highest version ${MOST_MOVES} times, and each time something else moved it`,
    next: 'Look for another run that pushes the same tag, and run the job again.',
  });
}
