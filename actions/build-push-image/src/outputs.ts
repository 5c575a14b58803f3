import type { BuiltImage } from '../../lib/images/images-output.ts';
import { setOutputs } from '../../lib/runner/outputs.ts';
import type { ImageResult } from './images/image-job.ts';
import type { RunContext } from './images/run-context.ts';
import { shaTag } from './tags/tag-rules.ts';

/**
 * The outputs of a step, which are set once: when all images are done, or when the step is cancelled, with the images that are done by then. They grow with the
 * number of images, so they are not set for each.
 */
export class StepOutputs {
  readonly #total: number;
  readonly #run: RunContext;
  #results: readonly ImageResult[] = [];
  #setting: Promise<void> | undefined;

  /** @param total the number of images of the step */
  constructor(total: number, run: RunContext) {
    this.#total = total;
    this.#run = run;
  }

  /** @param results all images that are done */
  update(results: readonly ImageResult[]): void {
    this.#results = results;
  }

  set(): Promise<void> {
    this.#setting ??= setImageOutputs(this.#results, this.#total, this.#run);
    return this.#setting;
  }
}

/**
 * Set all outputs of the step.
 * @param results the images that are done; none in a dry run
 * @param total the number of images of the step; `digest` and `ref` are set only when it is 1
 */
export async function setImageOutputs(results: readonly ImageResult[], total: number, run: RunContext): Promise<void> {
  const images = results.map(toOutput);
  const only = total === 1 ? images[0] : undefined;
  await setOutputs({
    images,
    digests: Object.fromEntries(results.map(({ key, digest }) => [key, digest])),
    digest: only?.digest,
    ref: only?.ref,
    version: run.release?.text ?? shaTag(run.context.sha),
    metadata: Object.fromEntries(
      results.flatMap(({ key, metadata }) => (metadata === undefined ? [] : [[key, metadata]])),
    ),
  });
}

/** Without what only the summary shows. */
function toOutput({
  metadata: _metadata,
  key: _key,
  repositories: _repositories,
  sizes: _sizes,
  reused: _reused,
  steps: _steps,
  ...image
}: ImageResult): BuiltImage {
  return image;
}
