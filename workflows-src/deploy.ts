import {
  buildArgs,
  images as imagesToRelease,
  npmrcSecret,
  optionalSecret,
  optionalString,
  registryUser,
  requiredString,
  runsOn,
  sharedInputs,
  userSecret,
} from './calling.ts';
import type { Expression, UsesStep, Workflow } from './model.ts';
import { shop } from './shop.ts';
import { azureRegistryLogins, checkout, outputOf, pinned, publishedAction, setUpBuildx } from './steps.ts';

const production: Expression = '${{ inputs.registry || vars.PRODUCTION_REGISTRY }}';
const staging: Expression = '${{ inputs.promote-from || vars.STAGING_REGISTRY }}';
const environment: Expression = "${{ inputs.environment || 'production' }}";
const releasedImages: Expression = '${{ needs.images.outputs.images }}';
const movesMajorTag = "(inputs.major-tag || vars.MAJOR_TAG == 'true')";

/**
 * Creates a token of the release App, for one hour, this job and one repository. Where a machine account releases there is no App, and
 * the secret RELEASE_TOKEN holds the account's token.
 * @param scope the repository, if it is not this one, and the permissions of the token
 * @param condition default: whenever there is an App
 */
function appToken(scope: Record<string, string>, condition?: string): UsesStep {
  const hasApp = "vars.RELEASE_APP_CLIENT_ID != ''";
  return pinned('actions/create-github-app-token', {
    id: 'app',
    name: 'Sign in as the release App',
    if: condition === undefined ? hasApp : `${hasApp} && ${condition}`,
    with: {
      'client-id': '${{ vars.RELEASE_APP_CLIENT_ID }}',
      'private-key': '${{ secrets.RELEASE_APP_PRIVATE_KEY }}',
      ...scope,
    },
  });
}

const promote = publishedAction('build-push-image', {
  id: 'images',
  name: 'Copy the tested images to production',
  with: {
    images: imagesToRelease,
    registry: production,
    username: registryUser('username', 'PRODUCTION_USERNAME'),
    password: '${{ secrets.PRODUCTION_PASSWORD }}',
    'promote-from': staging,
    'promote-username': registryUser('promote-username', 'STAGING_USERNAME'),
    'promote-password': '${{ secrets.STAGING_PASSWORD }}',
    // The released image is the tested one, and a second build proves that it was built from this commit alone.
    promote: "${{ inputs.promote || vars.PROMOTE || 'verify' }}",
    tags: ['semver', 'semver-minor', 'semver-major', 'latest', ''].join('\n'),
    'build-args': buildArgs,
    secrets: npmrcSecret,
  },
});

const bump = publishedAction('bump-chart-version', {
  id: 'chart',
  name: 'Commit the version and the digests to the chart',
  with: {
    repository: '${{ inputs.chart-repository }}',
    charts: '${{ inputs.charts || env.CHARTS }}',
    images: releasedImages,
    mode: "${{ inputs.chart-mode || 'commit' }}",
    // Main accepts merged pull requests only. The owner of this token is the one exception.
    token: '${{ steps.app.outputs.token || secrets.RELEASE_TOKEN || github.token }}',
  },
});

const release = publishedAction('create-release', {
  id: 'release',
  name: 'Publish the release',
  with: {
    images: releasedImages,
    'major-tag': `\${{ ${movesMajorTag} }}`,
    // Other repositories run the major tag, so the job's token, which a workflow of any branch has, must not move it.
    token: `\${{ steps.app.outputs.token || ${movesMajorTag} && secrets.RELEASE_TOKEN || github.token }}`,
  },
});

/**
 * A version tag creates a release: the tested images in production, a chart on main that names them, and a release on GitHub. Each
 * step detects what an earlier run has already done, so running it again after a failure completes the release.
 */
export const deployWorkflow: Workflow = {
  name: 'Deploy',
  on: {
    push: { tags: ['v*.*.*'] },
    workflow_call: {
      inputs: {
        ...sharedInputs,
        registry: optionalString(
          'The production registry, optionally with a path. Default: the variable PRODUCTION_REGISTRY',
        ),
        username: optionalString(
          'The user of the production registry; not needed with Azure. Default: the variable PRODUCTION_USERNAME',
        ),
        'promote-from': optionalString('The registry with the tested images. Default: the variable STAGING_REGISTRY'),
        'promote-username': optionalString(
          'The user of that registry; not needed with Azure. Default: the variable STAGING_USERNAME',
        ),
        promote: optionalString('prefer, require, verify or never. Default: the variable PROMOTE, or verify'),
        charts: requiredString('The chart directories that get the version and the digests, one per line'),
        'chart-repository': optionalString('OWNER/REPO of the charts, if they are not in this repository'),
        'chart-mode': optionalString('commit or pull-request. Default: commit'),
        'major-tag': {
          description: 'Move the tag v1 to this release, for a repository that publishes actions',
          type: 'boolean',
          default: false,
        },
        'release-group': optionalString(
          'Releases of one group run one after the other. Default: gitops-actions-release',
        ),
      },
      secrets: {
        STAGING_USERNAME: userSecret('staging'),
        STAGING_PASSWORD: optionalSecret('The password or token of that user; not needed with Azure'),
        PRODUCTION_USERNAME: userSecret('production'),
        PRODUCTION_PASSWORD: optionalSecret('The password or token of that user; not needed with Azure'),
        RELEASE_APP_PRIVATE_KEY: optionalSecret(
          "The private key of the App (variable RELEASE_APP_CLIENT_ID) that may commit to the chart's branch and move the major tag",
        ),
        RELEASE_TOKEN: optionalSecret(
          "A machine account's token with these permissions, instead of an App. Default: the job's token",
        ),
        NPMRC: optionalSecret(
          'An npm configuration for builds that install from a private registry; passed as the build secret npmrc',
        ),
      },
      outputs: {
        images: {
          description: 'The images that were released: the output `images` of build-push-image',
          value: '${{ jobs.images.outputs.images }}',
        },
        version: { description: 'The released version', value: '${{ jobs.images.outputs.version }}' },
        commit: { description: 'The commit that deploys it', value: '${{ jobs.chart.outputs.commit }}' },
        'release-url': { description: 'The page of the release', value: '${{ jobs.release.outputs.url }}' },
      },
    },
  },
  permissions: {},
  // One release at a time, and none is cancelled halfway. A caller with a group of the same name waits for itself, and GitHub cancels
  // it as a deadlock (https://github.com/rhysd/actionlint/issues/538), so the name must be one that no caller uses by accident.
  concurrency: { group: "${{ inputs.release-group || 'gitops-actions-release' }}", 'cancel-in-progress': false },
  env: { IMAGES: shop.images, CHARTS: shop.chart },
  jobs: {
    images: {
      name: 'Images to production',
      'runs-on': runsOn,
      'timeout-minutes': 30,
      environment,
      permissions: { contents: 'read', 'id-token': 'write' },
      outputs: { images: outputOf(promote, 'images'), version: outputOf(promote, 'version') },
      steps: [
        checkout,
        setUpBuildx,
        ...azureRegistryLogins({ staging, production }),
        { ...promote, env: { NPMRC: '${{ secrets.NPMRC }}' } },
      ],
    },
    chart: {
      name: 'Version to the chart',
      needs: 'images',
      'runs-on': runsOn,
      'timeout-minutes': 10,
      environment,
      permissions: { contents: 'write', 'pull-requests': 'write' },
      outputs: { commit: outputOf(bump, 'commit') },
      steps: [
        appToken({
          repositories: '${{ inputs.chart-repository }}',
          'permission-contents': 'write',
          'permission-pull-requests': "${{ inputs.chart-mode == 'pull-request' && 'write' || '' }}",
        }),
        bump,
      ],
    },
    release: {
      name: 'Release',
      needs: ['images', 'chart'],
      'runs-on': runsOn,
      'timeout-minutes': 10,
      // The environment holds the credentials for the major tag. Without a major tag, nobody has to approve a second time.
      environment: `\${{ ${movesMajorTag} && (inputs.environment || 'production') || '' }}`,
      permissions: { contents: 'write' },
      outputs: { url: outputOf(release, 'url') },
      steps: [appToken({ 'permission-contents': 'write' }, movesMajorTag), release],
    },
  },
};
