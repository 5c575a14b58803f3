/** What `build.yml` and `deploy.yml` share as reusable workflows: each value comes from the caller, else from the repository's variables. */
import type { Expression } from './model.ts';

/** One input of a reusable workflow. */
interface TextInput {
  description: string;
  type: 'string';
  required?: boolean;
  default?: string;
}

export function requiredText(description: string): TextInput {
  return { description, type: 'string', required: true };
}

/** Left empty, the value comes from elsewhere. */
export function optionalText(description: string): TextInput {
  return { description, type: 'string', default: '' };
}

export function optionalSecret(description: string): { description: string; required: false } {
  return { description, required: false };
}

export const sharedInputs = {
  images: requiredText('The images, as the input `images` of build-push-image takes them'),
  'build-args': optionalText('More build arguments for all images, NAME=value a line'),
  environment: optionalText('The environment that holds the secrets and the protection rules'),
  'runs-on': optionalText('The label of the runners; else the variable RUNS_ON, else ubuntu-latest'),
} as const;

/**
 * The user of a registry: from the caller, else a variable. A secret of that name will do only where the user is part of no image's name,
 * because GitHub drops a job's output that contains the text of a secret (actions/runner, JobExtension.cs).
 */
export function registryUser(input: string, name: 'STAGING_USERNAME' | 'PRODUCTION_USERNAME'): Expression {
  return `\${{ inputs.${input} || vars.${name} || secrets.${name} }}`;
}

export const userSecret = (registry: string): { description: string; required: false } =>
  optionalSecret(
    `The user of the ${registry} registry, if it is part of no image's name; better the variable of this name`,
  );

export const runsOn: Expression = "${{ inputs.runs-on || vars.RUNS_ON || 'ubuntu-latest' }}";

export const images: Expression = '${{ inputs.images || env.IMAGES }}';

/**
 * The build arguments. An unset variable leaves an empty line, so that the Dockerfile's own default holds.
 * `github.sha` is the same in the build of a commit and in the release of it, and so are the digests.
 */
export const buildArgs = [
  'REVISION=${{ github.sha }}',
  "${{ vars.BASE_IMAGE && format('BASE_IMAGE={0}', vars.BASE_IMAGE) }}",
  "${{ vars.BUILD_IMAGE && format('BUILD_IMAGE={0}', vars.BUILD_IMAGE) }}",
  '${{ inputs.build-args }}',
  '',
].join('\n');

/** Build secrets reach `RUN --mount=type=secret` only, never a layer. */
export const npmrcSecret: Expression = "${{ secrets.NPMRC && 'npmrc=env:NPMRC' }}";
