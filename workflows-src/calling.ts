/** What `build.yml` and `deploy.yml` share as reusable workflows: a value comes from the caller, or from the repository's variables. */
import type { Expression } from './model.ts';

/** An input of a reusable workflow. */
interface StringInput {
  description: string;
  type: 'string';
  required?: boolean;
  default?: string;
}

export function requiredString(description: string): StringInput {
  return { description, type: 'string', required: true };
}

/** Empty by default; the description says what applies then. */
export function optionalString(description: string): StringInput {
  return { description, type: 'string', default: '' };
}

export function optionalSecret(description: string): { description: string; required: false } {
  return { description, required: false };
}

export const sharedInputs = {
  images: requiredString('The images: the input `images` of build-push-image'),
  'build-args': optionalString('Additional build arguments for all images, NAME=value, one per line'),
  environment: optionalString('The environment with the secrets and protection rules'),
  'runs-on': optionalString('The label of the runners. Default: the variable RUNS_ON, or ubuntu-latest'),
} as const;

/**
 * The user of a registry: from the caller, or from a variable. A secret of that name works only if no image's name contains the user,
 * because GitHub drops a job output that contains a secret (actions/runner, JobExtension.cs).
 */
export function registryUser(input: string, name: 'STAGING_USERNAME' | 'PRODUCTION_USERNAME'): Expression {
  return `\${{ inputs.${input} || vars.${name} || secrets.${name} }}`;
}

export const userSecret = (registry: string): { description: string; required: false } =>
  optionalSecret(
    `The user of the ${registry} registry, if no image's name contains it. Prefer the variable with this name`,
  );

export const runsOn: Expression = "${{ inputs.runs-on || vars.RUNS_ON || 'ubuntu-latest' }}";

export const images: Expression = '${{ inputs.images || env.IMAGES }}';

/**
 * The build arguments. An unset variable leaves an empty line, so the Dockerfile's default applies.
 * `github.sha` is the same in the build and the release of a commit, and so are the digests.
 */
export const buildArgs = [
  'REVISION=${{ github.sha }}',
  "${{ vars.BASE_IMAGE && format('BASE_IMAGE={0}', vars.BASE_IMAGE) }}",
  "${{ vars.BUILD_IMAGE && format('BUILD_IMAGE={0}', vars.BUILD_IMAGE) }}",
  '${{ inputs.build-args }}',
  '',
].join('\n');

/** Build secrets are available to `RUN --mount=type=secret` alone, never in a layer. */
export const npmrcSecret: Expression = "${{ secrets.NPMRC && 'npmrc=env:NPMRC' }}";
