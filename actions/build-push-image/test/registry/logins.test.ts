import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { checkLogins } from '../../src/registry/logins.ts';
import { settings } from '../images/run.ts';
import { MemoryRegistry } from './memory-registry.ts';

let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await new MemoryRegistry().start();
});
afterEach(async () => {
  await registry.stop();
});

const check = (host: string, push = true) =>
  checkLogins(settings({ logins: [{ host, username: 'me', password: 'x' }], push, retries: 0 }), {
    env: {},
    config: {},
    scratch: '',
  });

describe('a login of the step', () => {
  it('that the registry refuses is an error', async () => {
    registry.peculiarity = (_request, response) =>
      Boolean(response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
    await expect(check(registry.host)).rejects.toMatchObject({ what: `the login to ${registry.host} was refused` });
  });

  it('is left to the build when the registry fails', async () => {
    registry.peculiarity = (_request, response) => Boolean(response.writeHead(503).end());
    await check(registry.host);
  });

  it('to a registry without TLS is an error if the image is pushed', async () => {
    // Not a name of this machine to us, and not resolved by a name server.
    const host = registry.host.replace('127.0.0.1', '0.0.0.0');
    await expect(check(host)).rejects.toMatchObject({ what: `${host} does not use TLS` });
    await check(host, false);
  });
});
