import {
  buildArgs,
  images as imagesToBuild,
  npmrcSecret,
  optionalSecret,
  optionalString,
  registryUser,
  runsOn,
  sharedInputs,
  userSecret,
} from './calling.ts';
import type { Expression, Workflow } from './model.ts';
import { shop } from './shop.ts';
import { azureRegistryLogins, checkout, outputOf, pinned, publishedAction, setUpBuildx, setUpHelm } from './steps.ts';

const registry: Expression = '${{ inputs.registry || vars.STAGING_REGISTRY }}';
const user = registryUser('username', 'STAGING_USERNAME');
const environment: Expression = "${{ inputs.environment || 'staging' }}";
const builtImages: Expression = '${{ needs.build.outputs.images }}';
/** GitHub evaluates a job's condition before its matrix. act reads the matrix first, where an empty string would be an error. */
const imageMatrix: Expression = "${{ fromJSON(needs.build.outputs.images || '[]') }}";
/** GitHub replaces a job output that contains a secret by an empty string. */
const hasImages = "needs.build.outputs.images != ''";
const hasNoImages = "needs.build.outputs.images == ''";

const build = publishedAction('build-push-image', {
  id: 'images',
  name: 'Build the images and push them to staging',
  with: {
    images: imagesToBuild,
    registry,
    username: user,
    password: '${{ secrets.STAGING_PASSWORD }}',
    tags: 'sha',
    cache: "${{ inputs.cache || 'registry' }}",
    'cache-from': '${{ inputs.cache-from }}',
    'cache-to': '${{ inputs.cache-to }}',
    'build-args': buildArgs,
    secrets: npmrcSecret,
  },
});

/**
 * A merge to main is built: images in staging under the commit's `sha` tag, the chart tested with exactly these digests, and a
 * security scan of each image. There is no concurrency group: builds are independent, and a queued run that GitHub replaces by a newer
 * one would leave a commit that cannot be released.
 */
export const buildWorkflow: Workflow = {
  name: 'Build',
  on: {
    push: { branches: ['main'] },
    workflow_call: {
      inputs: {
        ...sharedInputs,
        registry: optionalString(
          'The staging registry, optionally with a path. Default: the variable STAGING_REGISTRY',
        ),
        username: optionalString(
          'The user of the staging registry; not needed with Azure. Default: the variable STAGING_USERNAME',
        ),
        cache: optionalString(
          'The cache of build-push-image: `registry`, `gha` or `none`. Default: registry, the tag buildcache in the repository of each image',
        ),
        'cache-from': optionalString('Further caches to read, one per line: the input of build-push-image'),
        'cache-to': optionalString('Further caches to write, one per line: the input of build-push-image'),
        charts: optionalString(
          'Globs of chart directories, one per line; `none` if the charts are in another repository. Default: helm/*',
        ),
        'severity-cutoff': optionalString('The lowest severity of a vulnerability that fails the run. Default: high'),
      },
      secrets: {
        STAGING_USERNAME: userSecret('staging'),
        STAGING_PASSWORD: optionalSecret('The password or token of that user; not needed with Azure'),
        NPMRC: optionalSecret(
          'An npm configuration for builds that install from a private registry; passed as the build secret npmrc',
        ),
      },
      outputs: {
        images: {
          description: 'The images that were built: the output `images` of build-push-image',
          value: '${{ jobs.build.outputs.images }}',
        },
      },
    },
  },
  permissions: {},
  env: { IMAGES: shop.images },
  jobs: {
    build: {
      name: 'Images to staging',
      'runs-on': runsOn,
      'timeout-minutes': 30,
      environment,
      permissions: { contents: 'read', 'id-token': 'write' },
      outputs: { images: outputOf(build, 'images') },
      steps: [
        checkout,
        setUpBuildx,
        ...azureRegistryLogins({ staging: registry }),
        { ...build, env: { NPMRC: '${{ secrets.NPMRC }}' } },
      ],
    },
    chart: {
      name: 'Chart with these images',
      needs: 'build',
      // Without images this job fails and says why, even if there is no chart. A matrix of an empty string could not.
      if: `inputs.charts != 'none' || ${hasNoImages}`,
      'runs-on': runsOn,
      'timeout-minutes': 10,
      permissions: { contents: 'read' },
      steps: [
        checkout,
        setUpHelm,
        publishedAction('helm-lint-scan', {
          id: 'chart',
          name: 'Lint and scan the charts',
          with: { charts: "${{ inputs.charts || 'helm/*' }}", 'set-images': builtImages },
        }),
      ],
    },
    scan: {
      name: 'Scan ${{ matrix.image.name }}',
      needs: 'build',
      if: hasImages,
      'runs-on': runsOn,
      'timeout-minutes': 20,
      environment,
      permissions: { 'id-token': 'write' },
      strategy: { 'fail-fast': false, matrix: { image: imageMatrix } },
      steps: [
        ...azureRegistryLogins({ staging: registry }),
        pinned('anchore/scan-action', {
          name: 'Scan the image',
          // Without a user, the scanner uses the login of the job.
          env: {
            GRYPE_REGISTRY_AUTH_USERNAME: user,
            GRYPE_REGISTRY_AUTH_PASSWORD: '${{ secrets.STAGING_PASSWORD }}',
          },
          with: {
            image: '${{ matrix.image.ref }}',
            'severity-cutoff': "${{ inputs.severity-cutoff || 'high' }}",
            'output-format': 'table',
          },
        }),
      ],
    },
    attest: {
      name: 'Attest ${{ matrix.image.name }}',
      needs: 'build',
      if: `vars.ATTESTATIONS == 'true' && ${hasImages}`,
      'runs-on': runsOn,
      'timeout-minutes': 10,
      permissions: { 'id-token': 'write', attestations: 'write' },
      strategy: { 'fail-fast': false, matrix: { image: imageMatrix } },
      steps: [
        pinned('actions/attest-build-provenance', {
          name: 'Attest the provenance of the image',
          with: { 'subject-name': '${{ matrix.image.repository }}', 'subject-digest': '${{ matrix.image.digest }}' },
        }),
      ],
    },
  },
};
