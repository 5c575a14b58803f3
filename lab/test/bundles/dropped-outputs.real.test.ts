/** The real workflows, actions and registries, played by the lab's runner: what becomes of a release when GitHub drops the images. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getOctokit } from '@actions/github';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { workflowFiles } from '../../../workflows-src/index.ts';
import { type Hub, startHub } from '../../hub/index.ts';
import { createRunnerHost } from '../../lifecycle/server.ts';
import { projectDir } from '../../paths.ts';
import type { RegistryEndpoint } from '../../registries/index.ts';
import { Runner } from '../../runner/runner.ts';
import { startTestServices, type TestServices } from '../../testing.ts';
import { ensureTools, toolPath } from '../../tools/index.ts';
import { runStep } from './step.ts';

const OWNER = 'gitops-actions';
const where = { owner: OWNER, repo: 'gitops-actions' };
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
const api = () => getOctokit(token, { baseUrl: hub.apiUrl }).rest;

/** The workflows, the actions as tag v1, the shop's chart, and images that take no time. */
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
  await api().repos.createForAuthenticatedUser({ name: where.repo });
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('remote', 'add', 'origin', `${hub.url.replace('http://', `http://x:${token}@`)}/${NAME}.git`);
  await git('add', '.');
  await git('commit', '--quiet', '--message', 'chore: the start [skip ci]');
  await git('tag', 'v1');
  await git('push', '--quiet', 'origin', 'main', 'v1');
  await runner.idle();
  const variables = { STAGING_REGISTRY: staging.host, PRODUCTION_REGISTRY: production.host };
  for (const [name, value] of Object.entries(variables))
    await api().actions.createRepoVariable({ ...where, name, value });
  hub.admin.setSecret(NAME, 'STAGING_PASSWORD', staging.password);
  hub.admin.setSecret(NAME, 'PRODUCTION_PASSWORD', production.password);
}

/** The newest run of a workflow: how it and its jobs ended, and its log. */
function lastRun(workflow: string) {
  const run = hub.runs.list(NAME).find(({ path }) => path.endsWith(`/${workflow}`));
  if (run === undefined) throw new Error(`${workflow} did not run`);
  const jobs = Object.fromEntries(hub.runs.jobs(run.id).map(({ name, conclusion }) => [name, conclusion]));
  return { conclusion: run.conclusion, jobs, log: hub.runs.log(run.id) };
}

/** Pushes a change to main, then the tag of a version, and waits for both workflows. */
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

async function valuesOnMain(): Promise<string> {
  await git('fetch', '--quiet', 'origin', 'main');
  return git('show', 'FETCH_HEAD:helm/shop/values.yaml');
}

const headOfMain = async (): Promise<string> =>
  (await api().git.getRef({ ...where, ref: 'heads/main' })).data.object.sha;

describe('a list of images that came out empty', () => {
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
      'keep the user name as a variable',
      'Nothing has been changed.',
    ])
      expect(result.log).toContain(part);
    expect(await git('status', '--short')).toBe('');
    expect((await api().repos.listReleases(where)).data).toEqual([]);
  });
});

describe("a registry's user whose name is part of the images' names", () => {
  it('releases with all digests as a variable', async () => {
    for (const { name, value } of [
      { name: 'STAGING_USERNAME', value: staging.username },
      { name: 'PRODUCTION_USERNAME', value: production.username },
    ])
      await api().actions.createRepoVariable({ ...where, name, value });
    await release('1.0.0');
    expect(lastRun('build.yml').log).not.toContain('Skip output');
    expect(lastRun('build.yml')).toMatchObject({ conclusion: 'success', jobs: { 'Scan shop/web': 'success' } });
    const deploy = lastRun('deploy.yml');
    expect(deploy.log).not.toContain('Skip output');
    expect(deploy.conclusion).toBe('success');
    expect((await valuesOnMain()).match(/^ +digest: "sha256:[0-9a-f]{64}"$/gm)).toHaveLength(2);
    const { data } = await api().repos.getReleaseByTag({ ...where, tag: 'v1.0.0' });
    expect(data.body?.match(/sha256:[0-9a-f]{64}/g)?.length).toBeGreaterThanOrEqual(2);
  }, 300_000);

  it('stops build and release as a secret, which say why, and commits and publishes nothing', async () => {
    for (const name of ['STAGING_USERNAME', 'PRODUCTION_USERNAME'])
      await api().actions.deleteRepoVariable({ ...where, name });
    hub.admin.setSecret(NAME, 'STAGING_USERNAME', staging.username);
    hub.admin.setSecret(NAME, 'PRODUCTION_USERNAME', production.username);
    await release('1.1.0');
    const main = await git('rev-parse', 'HEAD');

    const build = lastRun('build.yml');
    expect(build).toMatchObject({
      conclusion: 'failure',
      jobs: { 'Images to staging': 'success', 'Chart with these images': 'failure' },
    });
    expect(build.log).toContain(DROPPED);
    expect(build.log).toContain('set-images is empty');
    expect(build.log).not.toContain('Error while evaluating matrix');

    const deploy = lastRun('deploy.yml');
    expect(deploy).toMatchObject({
      conclusion: 'failure',
      jobs: { 'Images to production': 'success', 'Version to the chart': 'failure' },
    });
    expect(deploy.jobs.Release).not.toBe('success');
    expect(deploy.log).toContain(DROPPED);
    expect(deploy.log).toContain('images is empty: the job that built set no such output, or GitHub dropped it');

    expect(await headOfMain()).toBe(main);
    expect(await valuesOnMain()).not.toContain('1.1.0');
    await expect(api().repos.getReleaseByTag({ ...where, tag: 'v1.1.0' })).rejects.toMatchObject({ status: 404 });
  }, 300_000);
});
