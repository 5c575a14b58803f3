import { info } from '../../lib/commands.ts';
import { markdownTable } from '../../lib/markdown.ts';
import { setOutputs, writeSummary } from '../../lib/result.ts';
import { buildArguments, shownCommand } from './buildx/arguments.ts';
import type { Order, Workshop } from './images/image-job.ts';
import { ImageLog } from './images/image-log.ts';
import { findSource } from './images/promotion.ts';
import type { RunFacts } from './images/run-context.ts';
import type { Settings } from './inputs/inputs.ts';
import { imageOutputs } from './outputs.ts';
import type { Registry } from './registry/registry.ts';
import { freeTags } from './tags/floating-tags.ts';

/**
 * Show what a run would do. Registries are only asked, nothing is built, pushed or tagged. The outputs name no image, for none came to be.
 * @throws {ActionError} what a run would throw for a source that is missing or unknown
 */
export async function describe(
  settings: Settings,
  run: RunFacts,
  orders: readonly Order[],
  { registry }: Workshop,
): Promise<void> {
  const rows = await Promise.all(
    orders.map(async (order) => {
      const source = await findSource(order, registry);
      const command = shownCommand(buildArguments(order.plan, 'metadata.json'));
      const action =
        source === undefined
          ? `build ${command}`
          : `${order.promotion?.mode === 'verify' ? 'rebuild, compare and ' : ''}copy ${source.reference}`;
      const tags = settings.push ? (await tagsNow(order, registry)).join(' ') : '-';
      info(`${order.name}: would ${action}\n${order.name}: as ${order.repository} with the tags ${tags}`);
      return [{ code: order.repository }, { code: tags }, { code: action }];
    }),
  );
  await setOutputs(imageOutputs([], orders.length, run));
  if (settings.summary)
    await writeSummary(
      `### Images (dry run: nothing was changed)\n\n${markdownTable({ header: ['Image', 'Tags', 'Would'], rows })}\n`,
    );
}

/** The tags that the image would get as things stand. */
async function tagsNow(order: Order, registry: Pick<Registry, 'tags'>): Promise<string[]> {
  const { free, reason } = await freeTags(order, registry);
  if (reason !== undefined) new ImageLog(order.name).notice(reason);
  return free.map(({ name }) => name);
}
