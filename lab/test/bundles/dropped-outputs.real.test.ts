/** Runs the real workflows and actions with the lab's runner and real registries: the release when GitHub drops the images output. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { workflowFiles } from '../../../workflows-src/index.ts';
import { createOctokit } from '../../hub/admin-client.ts';
import { type Hub, startHub } from '../../hub/index.ts';
import { createRunnerHost } from '../../lifecycle/server.ts';
import { projectDir } from '../../paths.ts';
import type { RegistryEndpoint } from '../../registries/index.ts';
import { Runner } from '../../runner/runner.ts';
import { startTestServices, type TestServices } from '../../testing.ts';
import { ensureTools, toolPath } from '../../tools/index.ts';
import { runStep } from './step.ts';

const OWNER = 'gitops-actions';
const repository = { owner: OWNER, repo: 'gitops-actions' };
const NAME = `${OWNER}/gitops-actions`;
const DROPPED = "Skip output 'images' since it may contain secret.";
const DOCKERFILE =
  'FROM scratch\nARG REVISION\nLABEL org.opencontainers.image.revision=$REVISION\nUSER 1000\nCOPY hello /hello\n';

let services: TestServices;
let staging: RegistryEndpoint;
let production: RegistryEndpoint;
let hub: Hub;
let runner: Runner;
let checkout: string;
let token: string;

beforeAll(async () => {
  await ensureTools(['act', 'helm', 'node']);
  services = await startTestServices({ registry: 2, builder: true });
  [staging, production] = services.registries as [RegistryEndpoint, RegistryEndpoint];
  hub = await startHub({
    dataDir: join(services.dir, 'hub'),
    adminToken: 'the-hub-of-this-test',
    onEvent: (event) => event.triggersWorkflows && runner.handle(event),
  });
  const { PATH = '', DOCKER_CONFIG = '', BUILDX_CONFIG = '' } = services.env;
  runner = new Runner({
    host: createRunnerHost(hub),
    act: toolPath('act'),
    directory: join(services.dir, 'runner'),
    hostEnv: { PATH, DOCKER_CONFIG, BUILDX_CONFIG, HOME: services.dir },
  });
  hub.admin.createUser(OWNER);
  token = hub.admin.createToken({ login: OWNER, permissions: 'all' });
  checkout = join(services.dir, 'checkout');
  await publish();
}, 600_000);
afterAll(async () => {
  await runner?.close();
  await hub?.close();
  await services?.stop();
});

const git = async (...args: string[]): Promise<string> =>
  (await execa('git', ['-c', 'user.name=Shop', '-c', 'user.email=shop@example.com', ...args], { cwd: checkout }))
    .stdout;
const api = () => createOctokit(hub.url, token).rest;

/** Publishes the workflows, the actions as tag v1, the shop's chart, and images that build quickly. */
async function publish(): Promise<void> {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(checkout, path)), { recursive: true });
    writeFileSync(join(checkout, path), text);
  };
  for (const { path, content } of workflowFiles()) if (/\/(build|deploy)\.yml$/.test(path)) write(path, content);
  for (const action of ['build-push-image', 'bump-chart-version', 'create-release', 'helm-lint-scan'])
    cpSync(join(projectDir, 'actions', action), join(checkout, 'actions', action), { recursive: true });
  cpSync(join(projectDir, 'helm/shop'), join(checkout, 'helm/shop'), { recursive: true });
  const values = readFileSync(join(checkout, 'helm/shop/values.yaml'), 'utf8');
  write('helm/shop/values.yaml', values.replaceAll('registry: registry.example.com', `registry: ${production.host}`));
  for (const name of ['web', 'api']) write(`app/${name}/Dockerfile`, DOCKERFILE);
  write('hello', 'hello\n');
  await api().repos.createForAuthenticatedUser({ name: repository.repo });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('remote', 'add', 'origin', `${hub.url.replace('http://', `http://x:${token}@`)}/${NAME}.git`);
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'chore: initial commit [skip ci]');
  await git('tag', 'v1');
  await git('push', '--quiet', 'origin', 'main', 'v1');
  await runner.idle();
  const variables = { STAGING_REGISTRY: staging.host, PRODUCTION_REGISTRY: production.host };
  for (const [name, value] of Object.entries(variables))
    await api().actions.createRepoVariable({ ...repository, name, value });
  hub.admin.setSecret(NAME, 'STAGING_PASSWORD', staging.password);
  hub.admin.setSecret(NAME, 'PRODUCTION_PASSWORD', production.password);
}

/** The newest run of a workflow: its conclusion, those of its jobs, and its log. */
function getLastRun(workflow: string) {
  const run = hub.runs.list(NAME).find(({ path }) => path.endsWith(`/${workflow}`));
  if (run === undefined) throw new Error(`${workflow} did not run`);
  const jobs = Object.fromEntries(hub.runs.jobs(run.id).map(({ name, conclusion }) => [name, conclusion]));
  return { conclusion: run.conclusion, jobs, log: hub.runs.log(run.id) };
}

/** Pushes a change to main and then a version tag, and waits for both workflows. */
async function release(version: string): Promise<void> {
  await git('pull', '--quiet', 'origin', 'main');
  writeFileSync(join(checkout, 'hello'), `hello ${version}\n`);
  await git('commit', '--quiet', '--all', '--message', `feat: ${version}`);
  await git('push', '--quiet', 'origin', 'main');
  await runner.idle();
  await git('tag', `v${version}`);
  await git('push', '--quiet', 'origin', `v${version}`);
  await runner.idle();
}

async function readValuesOnMain(): Promise<string> {
  await git('fetch', '--quiet', 'origin', 'main');
  return git('show', 'FETCH_HEAD:helm/shop/values.yaml');
}

const readHeadOfMain = async (): Promise<string> =>
  (await api().git.getRef({ ...repository, ref: 'heads/main' })).data.object.sha;

describe('an empty list of images', () => {
  it.each([
    ['bump-chart-version', 'images', { charts: 'helm/shop', mode: 'worktree' }],
    ['create-release', 'images', { tag: 'v9.9.9' }],
    ['helm-lint-scan', 'set-images', { charts: 'helm/shop' }],
  ])('stops %s before it does anything', async (action, input, inputs) => {
    const env = {
      GITHUB_WORKSPACE: checkout,
      GITHUB_REPOSITORY: NAME,
      GITHUB_SHA: await git('rev-parse', 'HEAD'),
      GITHUB_REF: 'refs/heads/main',
      GITHUB_API_URL: hub.apiUrl,
      GITHUB_TOKEN: token,
    };
    const result = await runStep({ action, inputs: { ...inputs, [input]: '' }, env, dir: services.dir });
    expect(result.exitCode).toBe(1);
    for (const part of [
      `${input} is empty`,
      'GitHub dropped it',
      'store the user name as a variable',
      'Nothing has been changed.',
    ])
      expect(result.log).toContain(part);
    expect(await git('status', '--short')).toBe('');
    expect((await api().repos.listReleases(repository)).data).toEqual([]);
  });
});

describe("a registry's user name that is part of the image names", () => {
  it('releases with all digests if it is a variable', async () => {
    for (const { name, value } of [
      { name: 'STAGING_USERNAME', value: staging.username },
      { name: 'PRODUCTION_USERNAME', value: production.username },
    ])
      await api().actions.createRepoVariable({ ...repository, name, value });
    await release('1.0.0');
    expect(getLastRun('build.yml').log).not.toContain('Skip output');
    expect(getLastRun('build.yml')).toMatchObject({ conclusion: 'success', jobs: { 'Scan shop/web': 'success' } });
    const deploy = getLastRun('deploy.yml');
    expect(deploy.log).not.toContain('Skip output');
    expect(deploy.conclusion).toBe('success');
    expect((await readValuesOnMain()).match(/^ +digest: "sha256:[0-9a-f]{64}"$/gm)).toHaveLength(2);
    const { data } = await api().repos.getReleaseByTag({ ...repository, tag: 'v1.0.0' });
    expect(data.body?.match(/sha256:[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(2);
  }, 300_000);

  it('fails build and release with the reason if it is a secret, and commits and publishes nothing', async () => {
    for (const name of ['STAGING_USERNAME', 'PRODUCTION_USERNAME'])
      await api().actions.deleteRepoVariable({ ...repository, name });
    hub.admin.setSecret(NAME, 'STAGING_USERNAME', staging.username);
    hub.admin.setSecret(NAME, 'PRODUCTION_USERNAME', production.username);
    await release('1.1.0');
    const main = await git('rev-parse', 'HEAD');

    const build = getLastRun('build.yml');
    expect(build).toMatchObject({
      conclusion: 'failure',
      jobs: { 'Images to staging': 'success', 'Chart with these images': 'failure' },
    });
    expect(build.log).toContain(DROPPED);
    expect(build.log).toContain('set-images is empty');
    expect(build.log).not.toContain('Error while evaluating matrix');

    const deploy = getLastRun('deploy.yml');
    expect(deploy).toMatchObject({
      conclusion: 'failure',
      jobs: { 'Images to production': 'success', 'Version to the chart': 'failure' },
    });
    expect(deploy.jobs.Release).not.toBe('success');
    expect(deploy.log).toContain(DROPPED);
    expect(deploy.log).toContain('images is empty: the build job did not set this output, or GitHub dropped it');

    expect(await readHeadOfMain()).toBe(main);
    expect(await readValuesOnMain()).not.toContain('1.1.0');
    await expect(api().repos.getReleaseByTag({ ...repository, tag: 'v1.1.0' })).rejects.toMatchObject({ status: 404 });
  }, 300_000);
});
