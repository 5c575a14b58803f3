import { annotate } from '../../lib/commands.ts';
import { setOutputs, writeSummary } from '../../lib/result.ts';
import { BuildError } from './build-failure.ts';
import { deliver } from './deliver.ts';
import { type FailedImage, failureOf } from './failed-images.ts';
import type { Delivery, Order, Workshop } from './image-job.ts';
import { ImageLog } from './image-log.ts';
import type { Settings } from './inputs.ts';
import { imageOutputs } from './outputs.ts';
import { settleAll } from './pool.ts';
import type { RunFacts } from './run-facts.ts';
import { summaryOf } from './summary.ts';

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
