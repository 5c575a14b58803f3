import type { InputReader, Parsed } from '../runner/inputs.ts';
import type { ImageReference } from './images-output.ts';

/** The default of the input in `action.yml`: no images. */
export const NO_IMAGES = 'none';

/**
 * GitHub drops a job's output that contains the text of a secret, of any length, and only warns:
 * actions/runner, src/Runner.Worker/JobExtension.cs. The output is then empty, and a release would be
 * published without its digests.
 */
const EMPTY_PROBLEM =
  'is empty: the build job did not set this output, or GitHub dropped it because it contains the text of a secret (the job then warns ' +
  '"Skip output … since it may contain secret"). A secret user name that is part of the image names is enough, and so is ' +
  'one line of a secret that has several: store the user name as a variable, not as a secret, and a JSON key on one line';

/**
 * The images that a workflow passes on from build-push-image. The runner sets `none`, the default, only where a workflow does not set the input
 * (ActionRunner.cs: `if (!inputs.ContainsKey(key))`), so an empty input is an expression that evaluated to nothing.
 * @returns `undefined` for no images, and after a problem
 */
export async function readImages(reader: InputReader, input: string): Promise<ImageReference[] | undefined> {
  if (reader.isGivenEmpty(input)) {
    reader.addProblem({
      input,
      problem: EMPTY_PROBLEM,
      advice: `for no images, use ${NO_IMAGES}`,
      example: '${{ needs.build.outputs.images }}',
    });
    return undefined;
  }
  if (reader.text(input, NO_IMAGES) === NO_IMAGES) return undefined;
  const { IMAGES_EXAMPLE, parseImagesOutput } = await import('./images-output.ts');
  const parse = (data: unknown): Parsed<ImageReference[]> =>
    Array.isArray(data) && data.length === 0 ? { problem: 'is an empty list' } : parseImagesOutput(data);
  return reader.yaml(input, parse, IMAGES_EXAMPLE);
}
