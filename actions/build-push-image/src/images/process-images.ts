import { settleConcurrently } from '../../../lib/concurrency.ts';
import { messageOf, ReportedError } from '../../../lib/errors.ts';
import { reportFailure } from '../../../lib/runner/run.ts';
import { buildOrPromote } from './build-or-promote.ts';
import { orderByDependencies, withDependencies } from './dependencies.ts';
import type { Clients, ImageFailure, ImageJob, ImageResult } from './image-job.ts';
import { ImageLog } from './image-log.ts';

export interface ProcessOptions {
  /** How many images are processed at a time. */
  maxParallel: number;
  /** Called with all results so far, in the order of the images, as soon as an image is done. */
  onResult: (results: ImageResult[]) => void;
}

/** Promote or build all images. One that fails does not stop the others. */
export async function processImages(
  jobs: readonly ImageJob[],
  clients: Clients,
  { maxParallel, onResult }: ProcessOptions,
): Promise<{ results: ImageResult[]; failures: ImageFailure[] }> {
  const finished = new Map<ImageJob, ImageResult>();
  const results = () => jobs.flatMap((job) => finished.get(job) ?? []);
  const started = new Map<string, Promise<ImageResult>>();
  const ordered = orderByDependencies(jobs);
  const concurrent = Math.min(jobs.length, maxParallel) > 1;
  const outcomes = await settleConcurrently(ordered, maxParallel, async (job) => {
    const log = new ImageLog(job.key, { concurrent });
    const work = withDependencies(job, started).then((ready) => processImage(ready, clients, log));
    started.set(job.key, work);
    finished.set(job, await work);
    onResult(results());
  });
  const failures = jobs.flatMap((job): ImageFailure[] => {
    const outcome = outcomes[ordered.indexOf(job)];
    return outcome?.status === 'rejected' ? [{ name: job.key, error: outcome.reason }] : [];
  });
  return { results: results(), failures };
}

async function processImage(job: ImageJob, clients: Clients, log: ImageLog): Promise<ImageResult> {
  const start = performance.now();
  try {
    const result = await buildOrPromote(job, clients, log);
    log.progress(
      `${result.promoted ? 'copied' : 'built'} ${result.digest} in ${result.seconds} s (${result.tags.join(', ')})`,
    );
    return { ...result, steps: log.steps.count };
  } catch (error) {
    log.progress(`failed after ${((performance.now() - start) / 1000).toFixed(1)} s`);
    throw error;
  }
}

/**
 * Report each failure with its own annotation.
 * @returns the error that ends the step: that of its only image, which is not reported yet, or one that only counts the failures
 */
export function reportImageFailures(
  failures: readonly ImageFailure[],
  total: number,
  report: (error: unknown) => void = (error) => reportFailure('build-push-image', error),
): unknown {
  if (total === 1) return failures[0]?.error;
  // All images can fail for one reason, such as a missing program.
  const byMessage = new Map(failures.map(({ error }) => [messageOf(error), error]));
  for (const error of byMessage.values()) report(error);
  return new ReportedError(
    `${failures.length} of ${total} images failed: ${failures.map(({ name }) => name).join(', ')}`,
  );
}
