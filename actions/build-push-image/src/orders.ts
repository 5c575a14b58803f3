import { ActionError, messageOf } from '../../lib/errors.ts';
import type { BuildPlan } from './arguments.ts';
import type { Order } from './deliver.ts';
import type { ImageSettings, Settings } from './inputs.ts';
import { standardLabels } from './labels.ts';
import type { RunFacts } from './run-facts.ts';
import { holdBack, type PlannedTag, shaTag } from './tags.ts';

export interface Orders {
  orders: Order[];
  /** Tags that stay where they are, by image. */
  held: { name: string; reason: string }[];
}

/**
 * One order for each image, with the tags that may move.
 * @param tagsOf the tags that a repository holds
 * @throws {ActionError} when an image would get no tag at all
 */
export async function takeOrders(
  settings: Settings,
  run: RunFacts,
  tagsOf: (repository: string) => Promise<string[]>,
): Promise<Orders> {
  const held: Orders['held'] = [];
  const orders = await Promise.all(
    settings.images.map(async (image): Promise<Order> => {
      const repository = `${settings.registry}/${image.name}`;
      const tags = await freeTags(repository, settings, run, tagsOf, (reason) =>
        held.push({ name: repository, reason }),
      );
      return {
        name: image.name,
        repository,
        tags,
        shaTag: shaTag(run.context.sha),
        promotion: settings.promotion,
        plan: planFor(image, repository, settings, run),
        reproducible: settings.reproducible,
      };
    }),
  );
  return { orders, held };
}

/** What the registry holds decides about `1.4`, `1` and `latest`; when it does not say, they stay: a `latest` that is late harms less than one that goes back. */
async function freeTags(
  repository: string,
  settings: Settings,
  run: RunFacts,
  tagsOf: (repository: string) => Promise<string[]>,
  hold: (reason: string) => void,
): Promise<readonly PlannedTag[]> {
  const { tags } = run.tags;
  const following = tags.filter(({ line }) => line !== undefined);
  if (!settings.push || run.release === undefined || following.length === 0) return tags;
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name).join(', ');
  let free: readonly PlannedTag[];
  let reason: string | undefined;
  try {
    const result = await holdBack(tags, run.release, await tagsOf(repository));
    free = result.free;
    if (result.held.length > 0)
      reason = result.held.map(({ name, by }) => `${name} stays: the repository holds the newer ${by}.`).join(' ');
  } catch (error) {
    free = tags.filter(({ line }) => line === undefined);
    reason = `${names(following)} stay where they are: whether a newer release is there is unknown, for the registry does not list its tags (${messageOf(error)}).`;
  }
  if (reason !== undefined) hold(reason);
  if (free.length > 0) return free;
  throw new ActionError({
    what: `${repository} would get no tag`,
    why: reason ?? 'no rule gives one',
    next: 'Add the rule `semver` or `sha`, which name this release whatever else there is.',
  });
}

function planFor(image: ImageSettings, repository: string, settings: Settings, run: RunFacts): BuildPlan {
  const { context, release, created, epoch } = run;
  const { serverUrl, repository: source, runId, runAttempt } = context;
  const labels = standardLabels({
    context,
    name: image.name,
    // The label is in the digest. Where images are promoted, the image of a commit is one whether main or a tag was pushed, so the commit names it:
    // what is built or verified at the tag must be what main built. Where a tag is built for itself, its version is the image's.
    version: settings.promotion === undefined && release !== undefined ? release.text : shaTag(context.sha),
    created,
  });
  return {
    image,
    repository,
    platforms: image.platforms,
    labels: new Map([...labels, ...image.labels]),
    output: settings.push ? 'push' : 'check',
    epoch,
    cache: settings.cache,
    fresh: false,
    provenance: settings.provenance,
    sbom: settings.sbom,
    builderId:
      runId === undefined ? undefined : `${serverUrl}/${source}/actions/runs/${runId}/attempts/${runAttempt ?? '1'}`,
    builder: settings.builder,
    extraArgs: settings.extraArgs,
    workspace: context.workspace,
  };
}
