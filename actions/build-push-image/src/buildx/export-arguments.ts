import { fillPlaceholders } from '../inputs/build-options.ts';
import { csvField } from '../inputs/secrets.ts';
import { type BuildPlan, buildArguments } from './arguments.ts';

/** The outputs of an image beside the registry, in buildx's form, with their placeholders replaced. */
export function filledOutputs({ image, cacheBranch }: BuildPlan): string[] {
  const { outputs, load } = image.options;
  const filled = outputs.map((output) => fillPlaceholders(output, { image: image.name, branch: cacheBranch }));
  return load ? ['type=docker', ...filled] : filled;
}

/** The path that an output is written to; `undefined` for an image that is loaded into Docker. */
export const outputPath = (output: string): string | undefined => /(?:^|,)dest=([^,]*)/.exec(output)?.[1];

/**
 * The arguments of the build that writes these outputs. Its steps are in the builder already. Attestations are left out: Docker's own image store
 * takes none, and the pushed image has them.
 * @param names references of the image, under which Docker lists it
 */
export function exportArguments(plan: BuildPlan, names: readonly string[], metadataFile: string): string[] {
  const outputs = filledOutputs(plan).map((output) => {
    if (!/(?:^|,)type=(?:docker|oci)(?:,|$)/.test(output)) return output;
    const name = /(?:^|,)"?name=/.test(output) || names.length === 0 ? [] : [csvField(`name=${names.join(',')}`)];
    return [output, ...name, ...(plan.epoch === undefined ? [] : ['rewrite-timestamp=true'])].join(',');
  });
  const image = { ...plan.image, options: { ...plan.image.options, cacheTo: [], noCache: false } };
  const args = buildArguments(
    { ...plan, image, output: 'check', cache: 'none', provenance: 'false', sbom: 'false' },
    metadataFile,
  );
  const index = args.indexOf('--output');
  return args.toSpliced(index, 2, ...outputs.flatMap((output) => ['--output', output]));
}
