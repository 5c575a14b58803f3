import { settleConcurrently } from '../../../lib/concurrency.ts';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import { annotate } from '../../../lib/runner/commands.ts';
import { BuildError } from '../buildx/build-error.ts';
import { buildOrPromote } from './build-or-promote.ts';
import { orderByDependencies, withDependencies } from './dependencies.ts';
import type { Clients, ImageFailure, ImageJob, ImageResult } from './image-job.ts';
import { ImageLog } from './image-log.ts';

export interface ProcessOptions {
  /** How many images are processed at a time. */
  maxParallel: number;
  /**
   * Called with all results so far as soon as an image is done, so that the outputs contain it even when the step is cancelled
   * while others are being built. Called with none when all images failed.
   */
  onResult: (results: ImageResult[]) => Promise<void>;
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
    const log = new ImageLog(job.name, { concurrent });
    const work = withDependencies(job, started).then((ready) => processImage(ready, clients, log));
    started.set(job.name, work);
    finished.set(job, await work);
    await onResult(results());
  });
  if (finished.size === 0) await onResult([]);
  const failures = jobs.flatMap((job): ImageFailure[] => {
    const outcome = outcomes[ordered.indexOf(job)];
    return outcome?.status === 'rejected' ? [{ name: job.name, error: outcome.reason }] : [];
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
    return result;
  } catch (error) {
    log.progress(`failed after ${((performance.now() - start) / 1000).toFixed(1)} s`);
    throw error;
  }
}

/** One annotation for each failed build, at the line of its Dockerfile. */
export function annotateDockerfiles(failures: readonly ImageFailure[]): void {
  for (const { error } of failures)
    if (error instanceof BuildError && error.location !== undefined)
      annotate({ level: 'error', title: `build-push-image: ${error.what}`, message: error.why, ...error.location });
}

/** The error of the step: that of its only image, or one error that lists each failed image with its own message. */
export function toStepError(failures: readonly ImageFailure[], total: number): unknown {
  const [first] = failures;
  // Any other error than an ActionError is a bug, and must not be hidden.
  const bug = failures.find(({ error }) => !(error instanceof ActionError));
  if (bug !== undefined) return bug.error;
  if (failures.length === 1 && total === 1) return first?.error;
  const errors = failures.map(({ name, error }) => ({ name, error: error as ActionError }));
  return new ActionError({
    what: `${failures.length} of ${total} images failed: ${failures.map(({ name }) => name).join(', ')}`,
    why: errors.map(({ name, error }) => `${name}: ${messageOf(error)}`).join('\n'),
    next: [...new Set(errors.map(({ error }) => error.next))].join('\n'),
    cause: first?.error,
  });
}
