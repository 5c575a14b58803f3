import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { Exec } from '../../../lib/processes/exec.ts';
import { type Credentials, findCredentials } from '../../src/docker/credentials.ts';
import type { DockerConfig } from '../../src/docker/docker-config.ts';
import type { DockerHome } from '../../src/docker/docker-home.ts';

describe('a credential helper', () => {
  it.each<[string, string]>([
    ['{"Username":"me","Secret":"hunter2"', 'the login for ghcr.io is not JSON'],
    ['hunter2', 'the login for ghcr.io is not JSON'],
    ['', 'the login for ghcr.io is not JSON'],
    ['["hunter2"]', 'the login for ghcr.io is a list, not a mapping'],
    ['{"Username":"me"}', 'in the login for ghcr.io, `Secret` is missing, not a string'],
    ['{"Username":["hunter2"],"Secret":"x"}', 'in the login for ghcr.io, `Username` is a list, not a string'],
  ])('that responds with %s is named, and its response is not shown, not even as a cause', async (stdout, why) => {
    const exec: Exec = { run: async () => ({ exitCode: 0, stdout, stderr: 'hunter2' }) };
    const home: DockerHome = { env: {}, config: { credsStore: 'broken' }, scratch: '' };
    const error = await findCredentials('ghcr.io', home, exec).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({
      what: 'invalid response from the credential helper docker-credential-broken',
      why,
      cause: undefined,
    });
    expect(inspect(error)).not.toContain('hunter2');
  });
});

it('a credential helper that exceeds its limits is named', async () => {
  const result = { exitCode: 143, stdout: '{', stderr: '', exceeded: 'more than 60 seconds' };
  const home: DockerHome = { env: {}, config: { credsStore: 'slow' }, scratch: '' };
  await expect(findCredentials('ghcr.io', home, { run: async () => result })).rejects.toMatchObject({
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
    expect(await findCredentials(host, home(config), helper)).toEqual(expected);
  });
});
