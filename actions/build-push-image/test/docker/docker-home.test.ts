import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ACTIONS_CACHE_VARIABLES } from '../../../lib/child-environment.ts';
import type { Exec } from '../../../lib/exec.ts';
import { ResponseData } from '../../../lib/responses.ts';
import { type Credentials, credentialsFor } from '../../src/docker/credentials.ts';
import {
  configKey,
  type DockerConfig,
  dockerConfig,
  hostOf,
  pathOnHost,
  withLogins,
} from '../../src/docker/docker-config.ts';
import { type DockerHome, type DockerStep, neededVariables, withDockerHome } from '../../src/docker/docker-home.ts';
import { plan } from '../fakes.ts';

const login = { host: 'ghcr.io', username: 'me', password: 'hunter2' };
const nothing = async () => undefined;
const AUTH = Buffer.from('me:hunter2').toString('base64');

describe('names of registries', () => {
  it.each([
    ['ghcr.io/org/web', 'ghcr.io', 'org/web'],
    ['localhost:5001/web', 'localhost:5001', 'web'],
    ['localhost/web', 'localhost', 'web'],
    ['[::1]:5000/web', '[::1]:5000', 'web'],
    ['docker.io/org/web', 'docker.io', 'org/web'],
    ['docker.io/node', 'docker.io', 'library/node'],
    ['index.docker.io/node', 'docker.io', 'library/node'],
    ['org/web', 'docker.io', 'org/web'],
  ])('%s is at %s as %s', (repository, host, path) => {
    expect([hostOf(repository), pathOnHost(repository)]).toEqual([host, path]);
  });

  it('have an odd key for Docker Hub', () => {
    expect([configKey('docker.io'), configKey('ghcr.io')]).toEqual(['https://index.docker.io/v1/', 'ghcr.io']);
  });
});

describe("the step's Docker configuration", () => {
  it('keeps all that the job has, and its own login goes before it', () => {
    const job: DockerConfig = {
      auths: { 'ghcr.io': { auth: 'old' }, 'b.example': { auth: 'b' } },
      proxies: { default: {} },
      currentContext: 'x',
    };
    expect(withLogins(job, [login], undefined, '/plugins')).toEqual({
      ...job,
      auths: { 'ghcr.io': { auth: AUTH }, 'b.example': { auth: 'b' } },
      cliPluginsExtraDirs: ['/plugins'],
    });
  });

  it('turns credential helpers off for its own hosts alone', () => {
    const job: DockerConfig = { credsStore: 'desktop', credHelpers: { 'ghcr.io': 'gh', 'x.azurecr.io': 'acr' } };
    const config = withLogins(job, [login], { auths: { 'e.example': { auth: 'e' } } }, undefined);
    expect(config.credsStore).toBe('desktop');
    expect(config.credHelpers).toEqual({ 'ghcr.io': '', 'x.azurecr.io': 'acr', 'e.example': '' });
  });
});

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
  const step = (): DockerStep => ({ env: env(), logins: [login], needed: [], cancel: nothing });
  const mode = (path: string) => statSync(path).mode & 0o777;

  it('holds the login, for this user alone, and is gone afterwards', async () => {
    const scratch = await withDockerHome(step(), async ({ env: own, scratch: directory }) => {
      const dir = own.DOCKER_CONFIG ?? '';
      expect(mode(directory)).toBe(0o700);
      expect(mode(join(dir, 'config.json'))).toBe(0o600);
      expect(JSON.parse(readFileSync(join(dir, 'config.json'), 'utf8'))).toEqual({
        auths: { 'b.example': { auth: 'b' }, 'ghcr.io': { auth: AUTH } },
        cliPluginsExtraDirs: [join(job, 'cli-plugins')],
      });
      expect(existsSync(join(dir, 'contexts'))).toBe(true);
      expect(own.BUILDX_CONFIG).toBe(join(job, 'buildx'));
      return directory;
    });
    expect(existsSync(scratch)).toBe(false);
    expect(existsSync(join(job, 'contexts'))).toBe(true);
    expect(existsSync(join(job, 'config.json'))).toBe(true);
  });

  it('is gone after a failure too', async () => {
    let scratch = '';
    const failing = withDockerHome(step(), async (home) => {
      scratch = home.scratch;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(existsSync(scratch)).toBe(false);
  });

  it('is gone when the process ends by an error that nobody catches', async () => {
    const script = `
      import { withDockerHome } from ${JSON.stringify(join(import.meta.dirname, '../../src/docker/docker-home.ts'))};
      const logins = [{ host: 'ghcr.io', username: 'me', password: 'hunter2' }];
      await withDockerHome({ env: process.env, logins, needed: [], cancel: async () => {} }, ({ scratch }) => {
        process.stdout.write(scratch);
        setImmediate(() => { throw new Error('nobody catches it'); });
        return new Promise(() => {});
      });`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
      env: env(),
    });
    expect(stderr).toContain('nobody catches it');
    expect(status).toBe(1);
    expect(stdout).toContain(join(temp, 'build-push-image-'));
    expect(existsSync(stdout)).toBe(false);
  });

  it("leaves the job's own configuration in place when the step has no login", async () => {
    await withDockerHome({ ...step(), logins: [] }, async ({ env: own }) => {
      expect([own.DOCKER_CONFIG, own.BUILDX_CONFIG]).toEqual([job, undefined]);
    });
  });

  it('keeps the password out of the environment of docker', async () => {
    await withDockerHome(step(), async ({ env: own }) => {
      expect(JSON.stringify(own)).not.toContain('hunter2');
      expect(own).not.toHaveProperty('INPUT_USERNAME');
      expect(own.PATH).toBe('/bin');
    });
  });

  it("leaves GitHub's tokens to a credential helper alone, which may need them", async () => {
    const given = { ...step(), env: { ...env(), GITHUB_TOKEN: 's3cr3t' } };
    await withDockerHome(given, async ({ env: own }) => expect(own).not.toHaveProperty('GITHUB_TOKEN'));
    writeFileSync(join(job, 'config.json'), JSON.stringify({ credHelpers: { 'ghcr.io': 'gh' } }));
    await withDockerHome(given, async ({ env: own }) => expect(own.GITHUB_TOKEN).toBe('s3cr3t'));
  });

  it('takes the logins of DOCKER_AUTH_CONFIG over, which docker would let win', async () => {
    const given = {
      ...env(),
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': { auth: 'x' }, 'c.example': { auth: 'c' } } }),
    };
    await withDockerHome({ ...step(), env: given }, async ({ env: own, config }) => {
      expect(own.DOCKER_AUTH_CONFIG).toBeUndefined();
      expect(config.auths).toEqual({
        'b.example': { auth: 'b' },
        'c.example': { auth: 'c' },
        'ghcr.io': { auth: AUTH },
      });
    });
  });

  it('needs no configuration of the job', async () => {
    await withDockerHome({ ...step(), env: { ...env(), DOCKER_CONFIG: join(temp, 'none') } }, async ({ config }) => {
      expect(config).toEqual({ auths: { 'ghcr.io': { auth: AUTH } } });
    });
  });

  it('says which configuration is broken and shows nothing of it', async () => {
    writeFileSync(join(job, 'config.json'), '{"auths": hunter2');
    const error = await withDockerHome(step(), async () => undefined).catch((each: Error) => each);
    expect(String(error)).toContain('config.json');
    expect(String(error)).not.toContain('hunter2');
  });
});

describe('the variables that a build needs', () => {
  const secrets = [{ id: 'a', from: { env: 'INPUT_A' } }];
  const settings = { images: [], cache: 'none' as const, extraArgs: [] };
  it.each<[string, Parameters<typeof neededVariables>[0], string[]]>([
    ['none', settings, []],
    [
      'its secrets',
      { ...settings, images: [{ ...plan.image, secrets, platforms: [], labels: new Map() }] },
      ['INPUT_A'],
    ],
    ['the cache', { ...settings, cache: 'gha' }, ACTIONS_CACHE_VARIABLES],
    [
      'what extra arguments name',
      { ...settings, extraArgs: ['--secret=id=GITHUB_TOKEN', '--cache-from=type=gha'] },
      ['SECRET', 'ID', 'GITHUB_TOKEN', 'CACHE', 'FROM', 'TYPE', 'GHA', ...ACTIONS_CACHE_VARIABLES],
    ],
  ])('are %s', (_title, given, expected) => {
    expect(neededVariables(given)).toEqual(expected);
  });
});

describe("docker's configuration", () => {
  it.each<[string, string]>([
    ['"hunter2"', 'it is a string, not a mapping'],
    ['null', 'it is null, not a mapping'],
    ['{"auths":["hunter2"]}', 'in it, `auths` is a list, not a mapping'],
    ['{"auths":{"a":{"auth":7}}}', 'in it, `auths.a.auth` is a number, not a string'],
    ['{"auths":{"a":"hunter2"}}', 'in it, `auths.a` is a string, not a mapping'],
    ['{"credHelpers":{"a":{}}}', 'in it, `credHelpers.a` is a mapping, not a string'],
    ['{"credsStore":true}', 'in it, `credsStore` is true or false, not a string'],
    ['{"cliPluginsExtraDirs":"x"}', 'in it, `cliPluginsExtraDirs` is a string, not a list'],
  ])('is not %s', (text, why) => {
    expect(() => dockerConfig(ResponseData.json(text, 'x', 'it'))).toThrow(expect.objectContaining({ why }));
  });

  it('keeps what matters to docker alone', () => {
    const text = '{"auths":{"a":{"auth":"x","email":"y"}},"credHelpers":null,"proxies":{"default":{"noProxy":"*"}}}';
    const { credHelpers: _, ...rest } = JSON.parse(text);
    expect(dockerConfig(ResponseData.json(text, 'x', 'it'))).toEqual(rest);
  });
});

describe('a credential helper', () => {
  it.each<[string, string]>([
    ['{"Username":"me","Secret":"hunter2"', 'the login for ghcr.io is not JSON'],
    ['hunter2', 'the login for ghcr.io is not JSON'],
    ['', 'the login for ghcr.io is not JSON'],
    ['["hunter2"]', 'the login for ghcr.io is a list, not a mapping'],
    ['{"Username":"me"}', 'in the login for ghcr.io, `Secret` is missing, not a string'],
    ['{"Username":["hunter2"],"Secret":"x"}', 'in the login for ghcr.io, `Username` is a list, not a string'],
  ])('that answers %s is named, and nothing of its answer is shown, as a cause neither', async (stdout, why) => {
    const exec: Exec = { run: async () => ({ exitCode: 0, stdout, stderr: 'hunter2' }) };
    const home: DockerHome = { env: {}, config: { credsStore: 'broken' }, scratch: '' };
    const error = await credentialsFor('ghcr.io', home, exec).catch((each: Error) => each);
    expect(error).toMatchObject({
      what: 'invalid response from the credential helper docker-credential-broken',
      why,
      cause: undefined,
    });
    expect(inspect(error)).not.toContain('hunter2');
  });
});

it('a credential helper that takes too much is named', async () => {
  const result = { exitCode: 143, stdout: '{', stderr: '', exceeded: 'more than 60 seconds' };
  const home: DockerHome = { env: {}, config: { credsStore: 'slow' }, scratch: '' };
  await expect(credentialsFor('ghcr.io', home, { run: async () => result })).rejects.toMatchObject({
    what: 'invalid response from the credential helper docker-credential-slow',
    why: 'it took more than 60 seconds',
  });
});

describe('the login that docker would use', () => {
  const helper: Exec = {
    async run(tool, args, options) {
      expect([tool, args]).toEqual(['docker-credential-acr', ['get']]);
      if (options?.input === 'none.azurecr.io') return { exitCode: 1, stdout: 'credentials not found', stderr: '' };
      const Username = options?.input === 'token.azurecr.io' ? '<token>' : 'helped';
      return { exitCode: 0, stdout: JSON.stringify({ Username, Secret: 's' }), stderr: '' };
    },
  };
  const home = (config: DockerConfig): DockerHome => ({ env: {}, config, scratch: '' });
  const auth = Buffer.from('u:p:q').toString('base64');

  it.each<[string, string, DockerConfig, Credentials | undefined]>([
    ['an entry', 'ghcr.io', { auths: { 'ghcr.io': { auth } } }, { username: 'u', password: 'p:q' }],
    ['an old entry', 'r.example', { auths: { 'https://r.example/v1/': { auth } } }, { username: 'u', password: 'p:q' }],
    [
      'Docker Hub',
      'docker.io',
      { auths: { 'https://index.docker.io/v1/': { auth } } },
      { username: 'u', password: 'p:q' },
    ],
    ['an identity token', 'ghcr.io', { auths: { 'ghcr.io': { auth, identitytoken: 't' } } }, { identityToken: 't' }],
    ['a helper', 'x.azurecr.io', { credHelpers: { 'x.azurecr.io': 'acr' } }, { username: 'helped', password: 's' }],
    ['the store', 'x.azurecr.io', { credsStore: 'acr' }, { username: 'helped', password: 's' }],
    ['a helper with a token', 'token.azurecr.io', { credsStore: 'acr' }, { identityToken: 's' }],
    ['a helper that knows none', 'none.azurecr.io', { credsStore: 'acr' }, undefined],
    [
      'a helper that is turned off',
      'ghcr.io',
      { credsStore: 'acr', credHelpers: { 'ghcr.io': '' }, auths: { 'ghcr.io': { auth } } },
      { username: 'u', password: 'p:q' },
    ],
    ['nothing', 'ghcr.io', {}, undefined],
    ['an empty entry', 'ghcr.io', { auths: { 'ghcr.io': {} } }, undefined],
  ])('comes from %s', async (_title, host, config, expected) => {
    expect(await credentialsFor(host, home(config), helper)).toEqual(expected);
  });
});
