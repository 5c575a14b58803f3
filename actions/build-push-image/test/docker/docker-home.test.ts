import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACTIONS_CACHE_VARIABLES } from '../../../lib/processes/environment.ts';
import { type DockerHomeOptions, requiredVariables, withDockerHome } from '../../src/docker/docker-home.ts';
import { noOptions, plan } from '../fakes.ts';

const login = { host: 'ghcr.io', username: 'me', password: 'hunter2' };
const nothing = async () => undefined;
const AUTH = Buffer.from('me:hunter2').toString('base64');

describe('the private directory', () => {
  let temp: string;
  let job: string;
  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), 'home-'));
    job = join(temp, 'job');
    mkdirSync(join(job, 'cli-plugins'), { recursive: true });
    mkdirSync(join(job, 'contexts'));
    writeFileSync(join(job, 'config.json'), JSON.stringify({ auths: { 'b.example': { auth: 'b' } } }));
  });
  afterEach(() => rmSync(temp, { recursive: true, force: true }));
  const env = () => ({
    RUNNER_TEMP: temp,
    DOCKER_CONFIG: job,
    PATH: '/bin',
    INPUT_PASSWORD: 'hunter2',
    INPUT_USERNAME: 'me',
  });
  const step = (): DockerHomeOptions => ({ env: env(), logins: [login], passVariables: [], cancel: nothing });
  const mode = (path: string) => statSync(path).mode & 0o777;

  it('contains the login, only for this user, and is deleted afterwards', async () => {
    const scratch = await withDockerHome(step(), async ({ env: dockerEnv, scratch: directory }) => {
      const dir = dockerEnv.DOCKER_CONFIG ?? '';
      expect(mode(directory)).toBe(0o700);
      expect(mode(join(dir, 'config.json'))).toBe(0o600);
      expect(JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8'))).toEqual({
        auths: { 'b.example': { auth: 'b' }, 'ghcr.io': { auth: AUTH } },
        cliPluginsExtraDirs: [join(job, 'cli-plugins')],
      });
      expect(existsSync(join(dir, 'contexts'))).toBe(true);
      expect(dockerEnv.BUILDX_CONFIG).toBe(join(job, 'buildx'));
      return directory;
    });
    expect(existsSync(scratch)).toBe(false);
    expect(existsSync(join(job, 'contexts'))).toBe(true);
    expect(existsSync(join(job, 'config.json'))).toBe(true);
  });

  it('is also deleted after a failure', async () => {
    let scratch = '';
    const failing = withDockerHome(step(), async (home) => {
      scratch = home.scratch;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(scratch)).toBe(false);
  });

  it('is deleted when the process crashes', async () => {
    const script = `
      import { withDockerHome } from ${JSON.stringify(join(import.meta.dirname, '../../src/docker/docker-home.ts'))};
      const logins = [{ host: 'ghcr.io', username: 'me', password: 'hunter2' }];
      await withDockerHome({ env: process.env, logins, passVariables: [], cancel: async () => {} }, ({ scratch }) => {
        process.stdout.write(scratch);
        setImmediate(() => { throw new Error('not caught'); });
        return new Promise(() => {});
      });`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: env(),
    });
    expect(stderr).toContain('not caught');
    expect(status).toBe(1);
    expect(stdout).toContain(join(temp, 'build-push-image-'));
    expect(existsSync(stdout)).toBe(false);
  });

  it("leaves the job's own configuration in place when the step has no login", async () => {
    await withDockerHome({ ...step(), logins: [] }, async ({ env: dockerEnv }) => {
      expect([dockerEnv.DOCKER_CONFIG, dockerEnv.BUILDX_CONFIG]).toEqual([job, undefined]);
    });
  });

  it('keeps the password out of the environment of docker', async () => {
    await withDockerHome(step(), async ({ env: dockerEnv }) => {
      expect(JSON.stringify(dockerEnv)).not.toContain('hunter2');
      expect(dockerEnv).not.toHaveProperty('INPUT_USERNAME');
      expect(dockerEnv.PATH).toBe('/bin');
    });
  });

  it("passes GitHub's tokens only to a credential helper, which may need them", async () => {
    const given = { ...step(), env: { ...env(), GITHUB_TOKEN: 's3cr3t' } };
    await withDockerHome(given, async ({ env: dockerEnv }) => expect(dockerEnv).not.toHaveProperty('GITHUB_TOKEN'));
    writeFileSync(join(job, 'config.json'), JSON.stringify({ credHelpers: { 'ghcr.io': 'gh' } }));
    await withDockerHome(given, async ({ env: dockerEnv }) => expect(dockerEnv.GITHUB_TOKEN).toBe('s3cr3t'));
  });

  it('merges the logins of DOCKER_AUTH_CONFIG, which would win in docker', async () => {
    const given = {
      ...env(),
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': { auth: 'x' }, 'c.example': { auth: 'c' } } }),
    };
    await withDockerHome({ ...step(), env: given }, async ({ env: dockerEnv, config }) => {
      expect(dockerEnv.DOCKER_AUTH_CONFIG).toBeUndefined();
      expect(config.auths).toEqual({
        'b.example': { auth: 'b' },
        'c.example': { auth: 'c' },
        'ghcr.io': { auth: AUTH },
      });
    });
  });

  it('does not need a configuration of the job', async () => {
    await withDockerHome({ ...step(), env: { ...env(), DOCKER_CONFIG: join(temp, 'none') } }, async ({ config }) => {
      expect(config).toEqual({ auths: { 'ghcr.io': { auth: AUTH } } });
    });
  });

  it('reports which configuration is broken, without its content', async () => {
    writeFileSync(join(job, 'config.json'), '{"auths": hunter2');
    const error = await withDockerHome(step(), async () => undefined).catch((thrown: Error) => thrown);
    expect(String(error)).toContain('config.json');
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('the variables that a build needs', () => {
  const secrets = [{ id: 'a', from: { env: 'INPUT_A' } }];
  const settings = { images: [], cache: 'none' as const, extraArgs: [] };
  it.each<[string, Parameters<typeof requiredVariables>[0], string[]]>([
    ['none', settings, []],
    [
      'its secrets',
      { ...settings, images: [{ ...plan.image, secrets, platforms: [], labels: new Map(), tags: [] }] },
      ['INPUT_A'],
    ],
    ['the cache', { ...settings, cache: 'gha' }, ACTIONS_CACHE_VARIABLES],
    [
      "the cache of an image's option",
      {
        ...settings,
        images: [
          {
            ...plan.image,
            options: { ...noOptions, cacheFrom: ['type=gha'] },
            platforms: [],
            labels: new Map(),
            tags: [],
          },
        ],
      },
      ACTIONS_CACHE_VARIABLES,
    ],
    [
      'the names in extra arguments',
      { ...settings, extraArgs: ['--secret=id=GITHUB_TOKEN', '--cache-from=type=gha'] },
      ['SECRET', 'ID', 'GITHUB_TOKEN', 'CACHE', 'FROM', 'TYPE', 'GHA', ...ACTIONS_CACHE_VARIABLES],
    ],
  ])('are %s', (_title, given, expected) => {
    expect(requiredVariables(given)).toEqual(expected);
  });
});
