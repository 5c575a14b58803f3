import { annotate } from '../../../lib/commands.ts';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import { setOutputs, writeSummary } from '../../../lib/result.ts';
import { BuildError } from '../buildx/build-error.ts';
import type { Settings } from '../inputs/inputs.ts';
import { imageOutputs } from '../outputs.ts';
import { summaryOf } from '../summary.ts';
import { deliver } from './build-or-promote.ts';
import type { Delivery, FailedImage, Order, Workshop } from './image-job.ts';
import { ImageLog } from './image-log.ts';
import type { RunFacts } from './run-context.ts';

/**
 * Work on all images. The outputs name each as soon as it is there, also when others fail.
 * @throws {ActionError} naming each image that failed
 */
export async function workOff(
  settings: Settings,
  run: RunFacts,
  orders: readonly Order[],
  workshop: Workshop,
): Promise<void> {
  const delivered = new Map<Order, Delivery>();
  const deliveries = () => orders.flatMap((order) => delivered.get(order) ?? []);
  const tell = () => setOutputs(imageOutputs(deliveries(), orders.length, run));
  const results = await settleAll(orders, settings.maxParallel, async (order) => {
    delivered.set(order, await one(order, workshop));
    // At once: a step that is cancelled while others are being built has delivered this one all the same.
    await tell();
  });
  if (delivered.size === 0) await tell();
  const failed = orders.flatMap(({ name }, index): FailedImage[] => {
    const result = results[index];
    return result?.status === 'rejected' ? [{ name, error: result.reason }] : [];
  });
  if (settings.summary) await writeSummary(summaryOf(settings, deliveries(), failed));
  for (const { error } of failed)
    if (error instanceof BuildError && error.place !== undefined)
      annotate({ level: 'error', title: `build-push-image: ${error.what}`, message: error.why, ...error.place });
  if (failed.length > 0) throw failureOf(failed, orders.length);
}

async function one(order: Order, workshop: Workshop): Promise<Delivery> {
  const log = new ImageLog(order.name);
  try {
    const delivery = await deliver(order, workshop, log);
    log.flush(`${order.name}: log of the build`);
    log.progress(
      `${delivery.promoted ? 'copied' : 'built'} ${delivery.digest} in ${delivery.seconds} s (${delivery.tags.join(', ')})`,
    );
    return delivery;
  } catch (error) {
    log.flush(`${order.name}: log of the build that failed`);
    log.progress('failed');
    throw error;
  }
}

/** The one error of a step: of the image that failed, or of several together, each named with its own words. */
export function failureOf(failed: readonly FailedImage[], total: number): unknown {
  const [first] = failed;
  // Anything but an ActionError is a defect, and hides behind none.
  const defect = failed.find(({ error }) => !(error instanceof ActionError));
  if (defect !== undefined) return defect.error;
  if (failed.length === 1 && total === 1) return first?.error;
  const errors = failed.map(({ name, error }) => ({ name, error: error as ActionError }));
  return new ActionError({
    what: `${failed.length} of ${total} images failed: ${failed.map(({ name }) => name).join(', ')}`,
    why: errors.map(({ name, error }) => `${name}: ${messageOf(error)}`).join('\n'),
    next: [...new Set(errors.map(({ error }) => error.next))].join('\n'),
    cause: first?.error,
  });
}

/** Do the work for all items, at most `width` at once, and tell of each how it ended. One that fails stops no other. */
export async function settleAll<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const results: PromiseSettledResult<R>[] = new Array(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue)
      [results[index] as PromiseSettledResult<R>] = await Promise.allSettled([work(item)]);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
