import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureTools } from '../../lab/tools/index.ts';
import { project } from '../project.ts';
import { shop } from '../shop.ts';
import { builtImages, Scene, type Use } from './act.ts';

const called = (name: string): string => `${project.repository}/.github/workflows/${name}.yml@${project.majorTag}`;
const CALLER = `
on: { workflow_dispatch: null }
jobs:
  build:
    uses: ${called('build')}
    with: { images: 'name: other', registry: staging.test, charts: none, build-args: A=1 }
    secrets: inherit
  deploy:
    needs: build
    uses: ${called('deploy')}
    with: { images: 'name: other', registry: production.test, username: called-user, promote-from: staging.test, promote-username: called-reader, promote: require, charts: charts/other, chart-repository: owner/charts, chart-mode: pull-request, major-tag: true }
    secrets: { RELEASE_TOKEN: called-token, RELEASE_APP_PRIVATE_KEY: called-key }
  after:
    needs: deploy
    runs-on: ubuntu-latest
    steps:
      - run: az \${{ needs.deploy.outputs.version }} \${{ needs.deploy.outputs.commit }} \${{ needs.deploy.outputs.release-url }}
`;

let scene: Scene;
beforeAll(async () => {
  await ensureTools(['act']);
  scene = await Scene.create({ 'caller.yml': CALLER });
});
afterAll(() => scene.remove());

const users = { STAGING_USERNAME: 'staging-user', PRODUCTION_USERNAME: 'production-user' };
const registries = { STAGING_REGISTRY: 'staging.test', PRODUCTION_REGISTRY: 'production.test', ...users };
const passwords = { STAGING_PASSWORD: 'staging-word', PRODUCTION_PASSWORD: 'production-word' };
const only = (uses: readonly Use[], action: string): Use | undefined => uses.find((use) => use.action === action);
const all = (uses: readonly Use[], action: string): Use[] => uses.filter((use) => use.action === action);
const lines = (text = ''): string[] => text.split('\n').filter((line) => line !== '');

describe('a push to main', () => {
  let uses: Use[];
  beforeAll(async () => {
    const variables = { ...registries, BASE_IMAGE: 'base/node:24' };
    uses = await scene.run({ event: 'push', workflow: 'build.yml', variables, secrets: passwords });
  });

  it('builds the shop for the staging registry, tagged with the commit', () => {
    expect(only(uses, 'build-push-image')?.inputs).toMatchObject({
      IMAGES: shop.images,
      REGISTRY: 'staging.test',
      USERNAME: 'staging-user',
      PASSWORD: 'staging-word',
      TAGS: 'sha',
    });
  });

  it('passes on the base image that is set, and no argument for the unset one', () => {
    expect(lines(only(uses, 'build-push-image')?.inputs['BUILD-ARGS'])).toEqual([
      expect.stringMatching(/^REVISION=[0-9a-f]{40}$/),
      'BASE_IMAGE=base/node:24',
    ]);
  });

  it('tests the chart with what was built', () => {
    expect(only(uses, 'helm-lint-scan')?.inputs).toEqual({ CHARTS: 'helm/*', 'SET-IMAGES': builtImages });
  });

  it('scans every image by digest, with the credentials of its registry', () => {
    const scans = all(uses, 'anchore/scan-action');
    expect(scans.map(({ inputs }) => inputs.IMAGE).sort()).toEqual([
      'registry/shop/api@sha256:api',
      'registry/shop/web@sha256:web',
    ]);
    for (const { env } of scans)
      expect(env).toEqual({
        GRYPE_REGISTRY_AUTH_USERNAME: 'staging-user',
        GRYPE_REGISTRY_AUTH_PASSWORD: 'staging-word',
      });
  });

  it('takes the user from the variable, or from a secret if there is no variable', async () => {
    const secrets = { ...passwords, STAGING_USERNAME: 'secret-user' };
    const { STAGING_USERNAME: _, ...others } = registries;
    const without = await scene.run({ event: 'push', workflow: 'build.yml', variables: others, secrets });
    expect(only(without, 'build-push-image')?.inputs.USERNAME).toBe('secret-user');
    expect(only(without, 'anchore/scan-action')?.env.GRYPE_REGISTRY_AUTH_USERNAME).toBe('secret-user');
    const both = await scene.run({ event: 'push', workflow: 'build.yml', variables: registries, secrets });
    expect(only(both, 'build-push-image')?.inputs.USERNAME).toBe('staging-user');
  });

  it('runs one job after the other: act shares maps between jobs, and crashes', () => {
    const times = uses.flatMap(({ time }) => (time === undefined ? [] : [time])).sort(([a], [b]) => a - b);
    expect(times).toHaveLength(6);
    for (const [index, [started]] of times.entries())
      expect(started).toBeGreaterThanOrEqual(times[index - 1]?.[1] ?? 0);
  });

  it('neither signs in to Azure nor attests, because neither is configured', () => {
    expect(uses.map(({ action }) => action)).not.toContain('Azure/login');
    expect(uses.map(({ action }) => action)).not.toContain('az');
    expect(uses.map(({ action }) => action)).not.toContain('actions/attest-build-provenance');
  });
});

describe('a push to main with Azure, attestations and a private npm registry configured', () => {
  let uses: Use[];
  beforeAll(async () => {
    const variables = { ...registries, AZURE_CLIENT_ID: 'client', ATTESTATIONS: 'true' };
    uses = await scene.run({ event: 'push', workflow: 'build.yml', variables, secrets: { NPMRC: 'registry=private' } });
  });

  it('logs in to the registry in each job that needs it', () => {
    expect(all(uses, 'Azure/login')).toHaveLength(3);
    expect(all(uses, 'az').map(({ inputs }) => inputs.arguments)).toEqual(
      Array(3).fill('acr login --name staging.test'),
    );
  });

  it('attests every image', () => {
    const digests = all(uses, 'actions/attest-build-provenance').map(({ inputs }) => inputs['SUBJECT-DIGEST']);
    expect(digests.sort()).toEqual(['sha256:api', 'sha256:web']);
  });

  it('passes the build secret in the environment', () => {
    const build = only(uses, 'build-push-image');
    expect(build?.inputs.SECRETS).toBe('npmrc=env:NPMRC');
    expect(build?.env).toEqual({ NPMRC: 'registry=private' });
  });
});

describe('a version tag', () => {
  const deploy = (secrets: Record<string, string>, variables: Record<string, string> = {}): Promise<Use[]> =>
    scene.run({
      event: 'push',
      workflow: 'deploy.yml',
      ref: 'refs/tags/v1.2.3',
      variables: { ...registries, ...variables },
      secrets,
    });

  it('promotes, commits and releases, in this order', async () => {
    const uses = await deploy({ ...passwords, RELEASE_TOKEN: 'release-token' });
    expect(uses.map(({ action }) => action)).toEqual([
      'docker/setup-buildx-action',
      'build-push-image',
      'bump-chart-version',
      'create-release',
    ]);
    const [, promote, bump, release] = uses;
    expect(promote?.inputs).toMatchObject({
      REGISTRY: 'production.test',
      USERNAME: 'production-user',
      PASSWORD: 'production-word',
      'PROMOTE-FROM': 'staging.test',
      'PROMOTE-USERNAME': 'staging-user',
      'PROMOTE-PASSWORD': 'staging-word',
      PROMOTE: 'verify',
    });
    expect(lines(promote?.inputs.TAGS)).toEqual(['semver', 'semver-minor', 'semver-major', 'latest']);
    expect(bump?.inputs).toEqual({ CHARTS: 'helm/shop', IMAGES: builtImages, MODE: 'commit', TOKEN: 'release-token' });
    expect(release?.inputs).toEqual({ IMAGES: builtImages, 'MAJOR-TAG': 'false', TOKEN: 'job-token' });
  });

  it("commits with the job's token if there is no other", async () => {
    expect(only(await deploy({}), 'bump-chart-version')?.inputs.TOKEN).toBe('job-token');
  });

  it('commits as the release App if there is one, with a new token', async () => {
    const uses = await deploy({ RELEASE_APP_PRIVATE_KEY: 'key' }, { RELEASE_APP_CLIENT_ID: 'Iv1.app' });
    expect(all(uses, 'actions/create-github-app-token').map(({ inputs }) => inputs)).toEqual([
      { 'CLIENT-ID': 'Iv1.app', 'PRIVATE-KEY': 'key', 'PERMISSION-CONTENTS': 'write' },
    ]);
    expect(only(uses, 'bump-chart-version')?.inputs.TOKEN).toBe('app-token');
    expect(only(uses, 'create-release')?.inputs.TOKEN).toBe('job-token');
  });

  it.each([
    ['the release App', { RELEASE_APP_PRIVATE_KEY: 'key' }, { RELEASE_APP_CLIENT_ID: 'Iv1.app' }, 'app-token'],
    ['a machine account', { RELEASE_TOKEN: 'release-token' }, {}, 'release-token'],
    ["the job's token", {}, {}, 'job-token'],
  ])('moves the major tag as %s', async (_, secrets, variables, token) => {
    const uses = await deploy(secrets, { MAJOR_TAG: 'true', ...variables });
    expect(only(uses, 'create-release')?.inputs).toMatchObject({ 'MAJOR-TAG': 'true', TOKEN: token });
    expect(all(uses, 'actions/create-github-app-token')).toHaveLength(token === 'app-token' ? 2 : 0);
  });
});

describe('another repository', () => {
  it('calls both workflows with its values and gets their outputs', async () => {
    const variables = users;
    const uses = await scene.run({ event: 'workflow_dispatch', workflow: 'caller.yml', secrets: passwords, variables });
    const [build, promote] = all(uses, 'build-push-image');
    expect(build?.inputs).toMatchObject({ IMAGES: 'name: other', REGISTRY: 'staging.test', USERNAME: 'staging-user' });
    expect(lines(build?.inputs['BUILD-ARGS'])[1]).toBe('A=1');
    expect(promote?.inputs).toMatchObject({
      IMAGES: 'name: other',
      REGISTRY: 'production.test',
      USERNAME: 'called-user',
      'PROMOTE-USERNAME': 'called-reader',
      PROMOTE: 'require',
    });
    expect(only(uses, 'helm-lint-scan')).toBeUndefined();
    expect(only(uses, 'bump-chart-version')?.inputs).toMatchObject({
      REPOSITORY: 'owner/charts',
      CHARTS: 'charts/other',
      MODE: 'pull-request',
      TOKEN: 'called-token',
    });
    expect(only(uses, 'create-release')?.inputs['MAJOR-TAG']).toBe('true');
    expect(only(uses, 'az')?.inputs.arguments).toBe('1.2.3 abc123 release-page');
  });

  it('can use the release App instead, with a token for the repository of the charts', async () => {
    const variables = { ...users, RELEASE_APP_CLIENT_ID: 'Iv1.called' };
    const uses = await scene.run({ event: 'workflow_dispatch', workflow: 'caller.yml', secrets: passwords, variables });
    expect(all(uses, 'actions/create-github-app-token').map(({ inputs }) => inputs)).toEqual([
      {
        'CLIENT-ID': 'Iv1.called',
        'PRIVATE-KEY': 'called-key',
        REPOSITORIES: 'owner/charts',
        'PERMISSION-CONTENTS': 'write',
        'PERMISSION-PULL-REQUESTS': 'write',
      },
      { 'CLIENT-ID': 'Iv1.called', 'PRIVATE-KEY': 'called-key', 'PERMISSION-CONTENTS': 'write' },
    ]);
    expect(only(uses, 'bump-chart-version')?.inputs.TOKEN).toBe('app-token');
    expect(only(uses, 'create-release')?.inputs.TOKEN).toBe('app-token');
  });
});
