import { describe, expect, it } from '@jest/globals';
import { ResponseData } from '../../../lib/requests/responses.ts';
import { configKey, type DockerConfig, parseDockerConfig, withLogins } from '../../src/docker/docker-config.ts';

const login = { host: 'ghcr.io', username: 'me', password: 'hunter2' };
const AUTH = Buffer.from('me:hunter2').toString('base64');

it('Docker Hub has a special key', () => {
  expect([configKey('docker.io'), configKey('ghcr.io')]).toEqual(['https://index.docker.io/v1/', 'ghcr.io']);
});

describe("the step's Docker configuration", () => {
  it("keeps the job's settings, and the step's own login wins", () => {
    const job: DockerConfig = {
      auths: { 'ghcr.io': { auth: 'old' }, 'b.example': { auth: 'b' } },
      proxies: { default: {} },
      currentContext: 'x',
    };
    expect(withLogins(job, [login], { pluginDirectory: '/plugins' })).toEqual({
      ...job,
      auths: { 'ghcr.io': { auth: AUTH }, 'b.example': { auth: 'b' } },
      cliPluginsExtraDirs: ['/plugins'],
    });
  });

  it('turns credential helpers off only for its own hosts', () => {
    const job: DockerConfig = { credsStore: 'desktop', credHelpers: { 'ghcr.io': 'gh', 'x.azurecr.io': 'acr' } };
    const config = withLogins(job, [login], { environmentConfig: { auths: { 'e.example': { auth: 'e' } } } });
    expect(config.credsStore).toBe('desktop');
    expect(config.credHelpers).toEqual({ 'ghcr.io': '', 'x.azurecr.io': 'acr', 'e.example': '' });
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
    expect(() => parseDockerConfig(ResponseData.json(text, 'x', 'it'))).toThrow(expect.objectContaining({ why }));
  });

  it('keeps settings that only docker reads', () => {
    const text = '{"auths":{"a":{"auth":"x","email":"y"}},"credHelpers":null,"proxies":{"default":{"noProxy":"*"}}}';
    const { credHelpers: _, ...rest } = JSON.parse(text);
    expect(parseDockerConfig(ResponseData.json(text, 'x', 'it'))).toEqual(rest);
  });
});
