import {
  buildArgs,
  images as imagesToRelease,
  npmrcSecret,
  optionalSecret,
  optionalText,
  registryUser,
  requiredText,
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
 * A token of the release App: for an hour, this job and one repository. Where a machine account releases there is no App, and its
 * token is the secret RELEASE_TOKEN.
 * @param scope the repository, if it is not this one, and what the token may do
 * @param condition without it, wherever there is an App
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
    // The released image is the tested one, and a second build shows that it was made from this commit and nothing else.
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
    // Main takes merged pull requests only; whose token this is, is its one exception.
    token: '${{ steps.app.outputs.token || secrets.RELEASE_TOKEN || github.token }}',
  },
});

const release = publishedAction('create-release', {
  id: 'release',
  name: 'Publish the release',
  with: {
    images: releasedImages,
    'major-tag': `\${{ ${movesMajorTag} }}`,
    // The major tag is what other repositories run, so that a job's own token, which any branch's workflow has, may not move it.
    token: `\${{ steps.app.outputs.token || ${movesMajorTag} && secrets.RELEASE_TOKEN || github.token }}`,
  },
});

/**
 * A version tag makes a release: the tested images in production, the chart on main names them, and a GitHub release says so. Each
 * step finds what an earlier run has already done, so that running it again after a failure finishes the release.
 */
export const deployWorkflow: Workflow = {
  name: 'Deploy',
  on: {
    push: { tags: ['v*.*.*'] },
    workflow_call: {
      inputs: {
        ...sharedInputs,
        registry: optionalText(
          'The production registry, with a path if you like; else the variable PRODUCTION_REGISTRY',
        ),
        username: optionalText(
          'The user of the production registry, unless Azure signs in without one; else the variable PRODUCTION_USERNAME',
        ),
        'promote-from': optionalText('The registry that holds the tested images; else the variable STAGING_REGISTRY'),
        'promote-username': optionalText(
          'The user of that registry, unless Azure signs in without one; else the variable STAGING_USERNAME',
        ),
        promote: optionalText('prefer, require, verify or never; else the variable PROMOTE, else verify'),
        charts: requiredText('The chart directories that get the version and the digests, one per line'),
        'chart-repository': optionalText('OWNER/REPO of the charts, when they are not in this repository'),
        'chart-mode': optionalText('commit or pull-request; else commit'),
        'major-tag': {
          description: 'Move the tag v1 to this release, for a repository that publishes actions',
          type: 'boolean',
          default: false,
        },
        'release-group': optionalText('Releases of one group run one after the other; else gitops-actions-release'),
      },
      secrets: {
        STAGING_USERNAME: userSecret('staging'),
        STAGING_PASSWORD: optionalSecret('The password or token of its user, unless Azure signs in without one'),
        PRODUCTION_USERNAME: userSecret('production'),
        PRODUCTION_PASSWORD: optionalSecret('The password or token of its user, unless Azure signs in without one'),
        RELEASE_APP_PRIVATE_KEY: optionalSecret(
          "The private key of the App, named by the variable RELEASE_APP_CLIENT_ID, that may commit to the chart's branch and move the major tag",
        ),
        RELEASE_TOKEN: optionalSecret(
          "A machine account's token that may do so, instead of an App; else the job's own",
        ),
        NPMRC: optionalSecret(
          'An npm configuration for builds that install from a private registry: the build secret npmrc',
        ),
      },
      outputs: {
        images: {
          description: 'What was released, as the output `images` of build-push-image',
          value: '${{ jobs.images.outputs.images }}',
        },
        version: { description: 'The released version', value: '${{ jobs.images.outputs.version }}' },
        commit: { description: 'The commit that deploys it', value: '${{ jobs.chart.outputs.commit }}' },
        'release-url': { description: 'The page of the release', value: '${{ jobs.release.outputs.url }}' },
      },
    },
  },
  permissions: {},
  // One release at a time, and none is stopped half-way. A caller that has a group of the same name waits for itself, and GitHub cancels
  // it as a deadlock (https://github.com/rhysd/actionlint/issues/538), so the name must be none that a caller takes by chance.
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
      // The environment has what moves the major tag; who has none to move is not asked to approve once more.
      environment: `\${{ ${movesMajorTag} && (inputs.environment || 'production') || '' }}`,
      permissions: { contents: 'write' },
      outputs: { url: outputOf(release, 'url') },
      steps: [appToken({ 'permission-contents': 'write' }, movesMajorTag), release],
    },
  },
};
