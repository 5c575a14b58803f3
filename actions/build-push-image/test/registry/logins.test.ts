import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpRegistry } from '../../src/registry/http-registry.ts';
import { checkLogins } from '../../src/registry/logins.ts';
import { FakeExec, ok } from '../fakes.ts';
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
  checkLogins(
    settings({ logins: [{ host, username: 'me', password: 'x' }], push }),
    new HttpRegistry({
      exec: new FakeExec(() => ok()),
      home: { env: {}, config: { auths: { [host]: { auth: btoa('me:x') } } }, scratch: '' },
      retries: 0,
      onRetry: () => undefined,
    }),
    {},
  );

describe('a login of the step', () => {
  it('that the registry refuses is an error', async () => {
    registry.peculiarity = (_request, response) =>
      Boolean(response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end());
    await expect(check(registry.host)).rejects.toMatchObject({ what: `the login to ${registry.host} was refused` });
  });

  it('is refused with the words of the registry, which may be those of its token service', async () => {
    registry.peculiarity = ({ url }, response) => {
      const realm = `http://${registry.host}/token`;
      const isToken = url?.startsWith('/token') ?? false;
      response.writeHead(isToken ? 403 : 401, { 'www-authenticate': `Bearer realm="${realm}"` });
      return Boolean(response.end('{"errors":[{"code":"DENIED","message":"denied"}]}'));
    };
    await expect(check(registry.host)).rejects.toMatchObject({
      why: `the login at ${registry.host}: the registry responded with 403 Forbidden (DENIED: denied) for user "me": the user or the password is wrong`,
    });
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
