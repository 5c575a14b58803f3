import type { BuiltImage } from '../../lib/images-output.ts';
import type { OutputValue } from '../../lib/result.ts';
import type { Delivery } from './images/image-job.ts';
import type { RunFacts } from './images/run-context.ts';
import { shaTag } from './tags/tag-rules.ts';

/**
 * The step's outputs.
 * @param total how many images the step is about; `digest` and `ref` are set only for one
 */
export function imageOutputs(
  deliveries: readonly Delivery[],
  total: number,
  run: RunFacts,
): Record<string, OutputValue> {
  const images: BuiltImage[] = deliveries.map(({ metadata: _metadata, ...image }) => image);
  const only = total === 1 ? images[0] : undefined;
  return {
    images,
    digests: Object.fromEntries(images.map(({ name, digest }) => [name, digest])),
    digest: only?.digest,
    ref: only?.ref,
    version: run.release?.text ?? shaTag(run.context.sha),
    metadata: Object.fromEntries(
      deliveries.flatMap(({ name, metadata }) => (metadata === undefined ? [] : [[name, metadata]])),
    ),
  };
}
