import { ActionError } from '../../../lib/errors.ts';
import { contextImage } from '../inputs/build-contexts.ts';
import type { ImageJob, ImageResult } from './image-job.ts';

/** The images that must be finished before this one, by the name of their build context. */
function dependencies({ plan }: ImageJob): Map<string, string> {
  return new Map(
    [...plan.image.options.buildContexts].flatMap(([context, value]) => {
      const name = contextImage(value);
      return name === undefined ? [] : [[context, name]];
    }),
  );
}

/** The jobs so that each comes after those it needs. Those that need none come first, so that no job waits while another one could run. */
export function orderByDependencies(jobs: readonly ImageJob[]): ImageJob[] {
  const depth = (job: ImageJob): number => {
    const needed = [...dependencies(job).values()];
    const depths = jobs.filter(({ key }) => needed.includes(key)).map(depth);
    return depths.length === 0 ? 0 : Math.max(...depths) + 1;
  };
  const depths = new Map(jobs.map((job) => [job, depth(job)]));
  return jobs.toSorted((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
}

/**
 * The job with the digests of the images that it needs, once they are finished.
 * @param started every job that was started, by its name
 * @throws {ActionError} when one of them failed
 */
export async function withDependencies(
  job: ImageJob,
  started: ReadonlyMap<string, Promise<ImageResult>>,
): Promise<ImageJob> {
  const buildContexts = new Map(job.plan.image.options.buildContexts);
  for (const [context, name] of dependencies(job)) {
    const result = await started.get(name)?.catch(() => undefined);
    if (result === undefined)
      throw new ActionError({
        what: `${job.key} was not built`,
        why: `its build context ${context} is the image ${name}, which failed`,
        next: `Fix the error of ${name}, then run the job again.`,
      });
    buildContexts.set(context, `docker-image://${result.ref}`);
  }
  const { image } = job.plan;
  return { ...job, plan: { ...job.plan, image: { ...image, options: { ...image.options, buildContexts } } } };
}
