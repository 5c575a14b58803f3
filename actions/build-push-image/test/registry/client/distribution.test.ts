import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Credentials } from '../../../src/docker/credentials.ts';
import { Distribution } from '../../../src/registry/client/distribution.ts';
import { isLoopback } from '../../../src/registry/client/registry-request.ts';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

type Handler = (request: IncomingMessage, response: ServerResponse, origin: string) => void;

/** A registry with this handler; its host and the requests that it received. */
async function registry(handler: Handler): Promise<{ host: string; requests: string[] }> {
  const requests: string[] = [];
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? '-'}`);
    handler(request, response, `http://${request.headers.host}`);
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const me: Credentials = { username: 'me', password: 'hunter2' };
const BASIC = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
const client = (host: string, credentials: Credentials | undefined = me) =>
  new Distribution({ host, credentials, retries: 2, wait: async () => undefined });
const json = (response: ServerResponse, data: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(200, headers).end(JSON.stringify(data));

const withBasic: Handler = (request, response) => {
  if (request.headers.authorization !== BASIC) response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
  else json(response, { tags: ['1.0.0'] });
};

/** A registry with a token service. */
const withTokens: Handler = (request, response, origin) => {
  const url = new URL(request.url ?? '', origin);
  if (url.pathname === '/token') {
    if (request.method === 'GET' && request.headers.authorization !== BASIC) return void response.writeHead(401).end();
    return void json(response, { token: `for ${url.searchParams.get('scope') ?? 'nothing'}` });
  }
  if (request.headers.authorization?.startsWith('Bearer for ')) return void json(response, { tags: ['1.0.0'] });
  response.writeHead(401, { 'www-authenticate': `Bearer realm="${origin}/token",service="r"` }).end();
};

describe('the tags of a repository', () => {
  it('are listed page by page', async () => {
    const { host } = await registry((request, response) =>
      request.url?.includes('last=')
        ? json(response, { tags: ['2.0.0'] })
        : json(response, { tags: ['1.0.0', '1.1.0'] }, { link: '</v2/org/web/tags/list?n=2&last=1.1.0>; rel="next"' }),
    );
    expect(await client(host).tags(`${host}/org/web`)).toEqual(['1.0.0', '1.1.0', '2.0.0']);
  });

  it('are not requested from another host, which would get the login', async () => {
    const { host } = await registry((_request, response) =>
      json(response, { tags: [] }, { link: '<http://127.0.0.1:1/v2/x>; rel="next"' }),
    );
    await expect(client(host).tags(`${host}/web`)).rejects.toThrow('another host');
  });

  it('are empty if the repository does not exist or has no tag', async () => {
    const { host } = await registry((request, response) =>
      request.url?.includes('missing') ? response.writeHead(404).end('{}') : json(response, { tags: null }),
    );
    expect(await client(host).tags(`${host}/missing`)).toEqual([]);
    expect(await client(host).tags(`${host}/empty`)).toEqual([]);
  });

  it('are listed with a password', async () => {
    const { host, requests } = await registry(withBasic);
    expect(await client(host).tags(`${host}/web`)).toEqual(['1.0.0']);
    expect(requests).toEqual(['GET /v2/web/tags/list?n=1000 -', `GET /v2/web/tags/list?n=1000 ${BASIC}`]);
  });

  it('are listed with a token that can only read', async () => {
    const { host, requests } = await registry(withTokens);
    expect(await client(host).tags(`${host}/org/web`)).toEqual(['1.0.0']);
    expect(requests.at(-1)).toBe('GET /v2/org/web/tags/list?n=1000 Bearer for repository:org/web:pull');
  });

  it('are listed with an identity token', async () => {
    const { host, requests } = await registry(withTokens);
    expect(await client(host, { identityToken: 't' }).tags(`${host}/web`)).toEqual(['1.0.0']);
    expect(requests[1]).toBe('POST /token -');
  });

  it.each([401, 403, 405])('are unknown after %i, which is not retried', async (status) => {
    const { host, requests } = await registry((_request, response) => response.writeHead(status).end());
    await expect(client(host).tags(`${host}/web`)).rejects.toThrow(String(status));
    expect(requests).toHaveLength(1);
  });

  it('are requested again after 503 and a broken connection', async () => {
    let count = 0;
    const { host } = await registry((request, response) => {
      count++;
      if (count === 1) request.socket.destroy();
      else if (count === 2) response.writeHead(503).end();
      else json(response, { tags: ['1.0.0'] });
    });
    expect(await client(host).tags(`${host}/web`)).toEqual(['1.0.0']);
  });

  it('are an error when all retries failed', async () => {
    const { host, requests } = await registry((_request, response) =>
      response.writeHead(429, { 'retry-after': '1' }).end(),
    );
    await expect(client(host).tags(`${host}/web`)).rejects.toThrow('429');
    expect(requests).toHaveLength(3);
  });
});

it('requests at the same time are refused once, and get one token', async () => {
  const { host, requests } = await registry(withTokens);
  const distribution = client(host);
  const lists = await Promise.all(Array.from({ length: 10 }, () => distribution.tags(`${host}/org/web`)));
  expect(lists).toEqual(Array(10).fill(['1.0.0']));
  expect(requests.filter((request) => request.endsWith(' -'))).toHaveLength(1);
  expect(requests.filter((request) => request.includes('/token'))).toHaveLength(1);
});

it('requests that wait for the first are sent when it fails', async () => {
  const { host, requests } = await registry((request, response) => {
    if (request.url?.includes('/broken/')) request.socket.destroy();
    else json(response, { tags: ['1.0.0'] });
  });
  const distribution = client(host);
  const [broken, web] = await Promise.allSettled(['broken', 'web'].map((name) => distribution.tags(`${host}/${name}`)));
  expect([broken?.status, web]).toEqual(['rejected', { status: 'fulfilled', value: ['1.0.0'] }]);
  expect(requests[0]).toContain('/broken/');
});

it('a repository that the registry hides from requests without a login is found with it', async () => {
  let isDown = true;
  const { host, requests } = await registry((request, response, origin) => {
    const isHidden = request.headers.authorization === undefined && request.url?.includes('/tags/');
    if (isHidden) response.writeHead(404).end('{}');
    else if (isDown) {
      isDown = false;
      response.writeHead(503).end();
    } else withTokens(request, response, origin);
  });
  const distribution = client(host);
  const lists = await Promise.all(Array.from({ length: 3 }, () => distribution.tags(`${host}/org/web`)));
  expect(lists).toEqual(Array(3).fill(['1.0.0']));
  expect(requests.filter((request) => request.includes('/v2/ '))).toEqual(['GET /v2/ -', 'GET /v2/ -']);
});

describe('a login', () => {
  it.each<[string, Handler, Credentials, boolean]>([
    ['with the right password', withBasic, me, true],
    ['with a wrong password', withBasic, { username: 'me', password: 'x' }, false],
    ['with a token for the right password', withTokens, me, true],
    ['with a token for a wrong password', withTokens, { username: 'me', password: 'x' }, false],
    ['to an open registry', (_request, response) => json(response, {}), me, true],
  ])('%s', async (_title, handler, credentials, accepted) => {
    const { host } = await registry(handler);
    expect((await client(host, credentials).refusal()) === undefined).toBe(accepted);
  });

  it('is never sent unencrypted to another host', async () => {
    const { host } = await registry((_request, response) =>
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="http://auth.example/token"' }).end(),
    );
    await expect(client(host).refusal()).rejects.toThrow('unencrypted');
  });

  it.each([
    ['localhost:5001', true],
    ['127.0.0.1', true],
    ['[::1]:5000', true],
    ['127.evil.example', false],
    ['localhost.example', false],
    ['ghcr.io', false],
  ])('is sent without TLS to %s: %s', (host, loopback) => {
    expect(isLoopback(host)).toBe(loopback);
  });
});
