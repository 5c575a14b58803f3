import type { BuiltImage } from '../../lib/images/images-output.ts';
import { setOutputs } from '../../lib/runner/outputs.ts';
import type { ImageResult } from './images/image-job.ts';
import type { RunContext } from './images/run-context.ts';
import { shaTag } from './tags/tag-rules.ts';

/**
 * Set all outputs of the step.
 * @param results the images that are done; none in a dry run
 * @param total the number of images of the step; `digest` and `ref` are set only when it is 1
 */
export async function setImageOutputs(results: readonly ImageResult[], total: number, run: RunContext): Promise<void> {
  const images: BuiltImage[] = results.map(({ metadata: _metadata, ...image }) => image);
  const only = total === 1 ? images[0] : undefined;
  await setOutputs({
    images,
    digests: Object.fromEntries(images.map(({ name, digest }) => [name, digest])),
    digest: only?.digest,
    ref: only?.ref,
    version: run.release?.text ?? shaTag(run.context.sha),
    metadata: Object.fromEntries(
      results.flatMap(({ name, metadata }) => (metadata === undefined ? [] : [[name, metadata]])),
    ),
  });
}
