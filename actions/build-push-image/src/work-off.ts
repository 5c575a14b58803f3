import { annotate } from '../../lib/commands.ts';
import { setOutputs, writeSummary } from '../../lib/result.ts';
import { BuildError } from './build-failure.ts';
import { type Delivery, deliver, type Order, type Workshop } from './deliver.ts';
import { type FailedImage, failureOf } from './failed-images.ts';
import { ImageLog } from './image-log.ts';
import type { Settings } from './inputs.ts';
import { imageOutputs } from './outputs.ts';
import { settleAll } from './pool.ts';
import type { RunFacts } from './run-facts.ts';
import { summaryOf } from './summary.ts';

/**
 * Work on all images. The outputs name what succeeded, also when others failed.
 * @throws {ActionError} naming each image that failed
 */
export async function workOff(
  settings: Settings,
  run: RunFacts,
  orders: readonly Order[],
  workshop: Workshop,
): Promise<void> {
  const results = await settleAll(orders, settings.maxParallel, (order) => one(order, workshop));
  const deliveries: Delivery[] = [];
  const failed: FailedImage[] = [];
  for (const [index, order] of orders.entries()) {
    const result = results[index];
    if (result?.status === 'fulfilled') deliveries.push(result.value);
    else failed.push({ name: order.name, error: result?.reason });
  }
  await setOutputs(imageOutputs(deliveries, orders.length, run));
  if (settings.summary) await writeSummary(summaryOf(settings, deliveries, failed));
  for (const { name, error } of failed)
    if (error instanceof BuildError && error.place !== undefined)
      annotate({ level: 'error', title: `building ${name} failed`, message: error.why, ...error.place });
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
