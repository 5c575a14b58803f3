import {
  buildArgs,
  images as imagesToBuild,
  npmrcSecret,
  optionalSecret,
  optionalText,
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
/** GitHub looks at a job's condition first; an empty text would still be an error where a matrix is read before it, as act does. */
const eachBuiltImage: Expression = "${{ fromJSON(needs.build.outputs.images || '[]') }}";
/** GitHub drops a job's output that contains the text of a secret; what is left is an empty text. */
const arrived = "needs.build.outputs.images != ''";
const dropped = "needs.build.outputs.images == ''";

const build = publishedAction('build-push-image', {
  id: 'images',
  name: 'Build the images and push them to staging',
  with: {
    images: imagesToBuild,
    registry,
    username: user,
    password: '${{ secrets.STAGING_PASSWORD }}',
    tags: 'sha',
    'build-args': buildArgs,
    secrets: npmrcSecret,
  },
});

/**
 * A merge to main makes a build: images in staging under the commit's `sha` tag, the chart tested with exactly these digests, and a
 * security scan of each. There is no concurrency group: a commit's build depends on no other, and a queued run that GitHub replaces
 * by a newer one would leave a commit that cannot be released.
 */
export const buildWorkflow: Workflow = {
  name: 'Build',
  on: {
    push: { branches: ['main'] },
    workflow_call: {
      inputs: {
        ...sharedInputs,
        registry: optionalText('The staging registry, with a path if you like; else the variable STAGING_REGISTRY'),
        username: optionalText(
          'The user of the staging registry, unless Azure signs in without one; else the variable STAGING_USERNAME',
        ),
        charts: optionalText(
          'Globs of chart directories, one per line; else helm/*; none when the charts are in another repository',
        ),
        'severity-cutoff': optionalText('The severity from which a vulnerability fails the run; else high'),
      },
      secrets: {
        STAGING_USERNAME: userSecret('staging'),
        STAGING_PASSWORD: optionalSecret('The password or token of its user, unless Azure signs in without one'),
        NPMRC: optionalSecret(
          'An npm configuration for builds that install from a private registry: the build secret npmrc',
        ),
      },
      outputs: {
        images: {
          description: 'What was built, as the output `images` of build-push-image',
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
      // Without images this job fails and says why, also where there is no chart; the matrix of an empty text could not.
      if: `inputs.charts != 'none' || ${dropped}`,
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
      if: arrived,
      'runs-on': runsOn,
      'timeout-minutes': 20,
      environment,
      permissions: { 'id-token': 'write' },
      strategy: { 'fail-fast': false, matrix: { image: eachBuiltImage } },
      steps: [
        ...azureRegistryLogins({ staging: registry }),
        pinned('anchore/scan-action', {
          name: 'Scan the image',
          // Without a user, the scanner takes the job's own login.
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
      if: `vars.ATTESTATIONS == 'true' && ${arrived}`,
      'runs-on': runsOn,
      'timeout-minutes': 10,
      permissions: { 'id-token': 'write', attestations: 'write' },
      strategy: { 'fail-fast': false, matrix: { image: eachBuiltImage } },
      steps: [
        pinned('actions/attest-build-provenance', {
          name: 'Sign where the image comes from',
          with: { 'subject-name': '${{ matrix.image.repository }}', 'subject-digest': '${{ matrix.image.digest }}' },
        }),
      ],
    },
  },
};
