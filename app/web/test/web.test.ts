import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ask, type ComponentProcess, Components } from '../../lib/test/process.ts';

const components = new Components();
const servers: Server[] = [];
let directory: string;

/** Stands in for api where a test has to delay or corrupt its response. */
const startFakeApi = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const startApi = (): ComponentProcess => components.start('api', { DATA_DIR: directory });

/** A copy of the products is never fresh here, so each page requests them from api. */
const startWeb = (apiUrl: string, env: Record<string, string> = {}): ComponentProcess =>
  components.start('web', {
    API_URL: apiUrl,
    CATALOGUE_FRESH_MS: '0',
    APP_VERSION: '1.4.2',
    APP_REVISION: 'b4c1f2a',
    POD_NAME: 'shop-web-1',
    ...env,
  });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shop-web-'));
});
afterEach(async () => {
  await components.killAll();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  await rm(directory, { recursive: true });
});

describe('web as a process', () => {
  it('shows the products of api, and has its version in every response', async () => {
    const url = await startWeb(await startApi().url()).url();
    const page = await ask(url, '/');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.text).toContain('version 1.4.2');
    expect(page.text).toContain('shop-web-1');
    expect(page.text).toContain('Brass pen');
    expect(JSON.parse((await ask(url, '/version')).text)).toEqual({
      version: '1.4.2',
      revision: 'b4c1f2a',
      node: process.version,
    });
    for (const [path, status] of [
      ['/', 200],
      ['/livez', 200],
      ['/readyz', 200],
      ['/version', 200],
      ['/metrics', 200],
      ['/nowhere', 404],
    ] as const) {
      const response = await ask(url, path);
      expect([path, response.status, response.headers.get('x-shop-version')]).toEqual([path, status, '1.4.2']);
    }
    expect((await ask(url, '/metrics')).text).toMatch(/^shop_catalogue_age_seconds \d/m);
  });

  it('is alive but not ready before it has ever reached api, and ready once it has', async () => {
    let up = false;
    const apiUrl = await startFakeApi((_, response) => {
      response.writeHead(up ? 200 : 502, { 'content-type': 'application/json' }).end('{"products":[]}');
    });
    const url = await startWeb(apiUrl).url();
    expect(await ask(url, '/livez')).toMatchObject({ status: 200 });
    expect(await ask(url, '/readyz')).toMatchObject({
      status: 503,
      text: expect.stringContaining('api does not respond'),
    });
    expect(await ask(url, '/')).toMatchObject({ status: 503, text: expect.stringContaining('about to open') });
    up = true;
    expect(await ask(url, '/readyz')).toMatchObject({ status: 200 });
  });

  it('stays ready and shows its last products when api goes down', async () => {
    const api = startApi();
    const web = startWeb(await api.url());
    const url = await web.url();
    expect(await ask(url, '/readyz')).toMatchObject({ status: 200 });
    await api.kill();
    const page = await ask(url, '/');
    expect(page.status).toBe(200);
    expect(page.text).toContain('Brass pen');
    expect(page.text).toContain('Prices may have changed');
    expect(await ask(url, '/readyz')).toMatchObject({ status: 200 });
    expect(await web.line('could not reach api')).toMatchObject({ level: 'warn' });
  });

  it.each<[string, RequestListener, Record<string, string>]>([
    ['hangs', () => undefined, { API_TIMEOUT_MS: '50' }],
    ['responds with nonsense', (_, response) => response.end('<html>'), {}],
    ['responds with something else', (_, response) => response.end('{"products":[{"id":1}]}'), {}],
  ])('is not ready when api %s', async (_, listener, env) => {
    const url = await startWeb(await startFakeApi(listener), env).url();
    expect(await ask(url, '/readyz')).toMatchObject({ status: 503 });
  });

  it('on SIGTERM is out of service at once, and keeps serving', async () => {
    const web = startWeb(await startApi().url(), { DRAIN_SECONDS: '600' });
    const url = await web.url();
    expect(await ask(url, '/readyz')).toMatchObject({ status: 200 });
    web.signal('SIGTERM');
    await web.line('shutting down');
    expect(await ask(url, '/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('shutting down') });
    expect(await ask(url, '/')).toMatchObject({ status: 200, text: expect.stringContaining('Brass pen') });
    expect(await ask(url, '/livez')).toMatchObject({ status: 200 });
  });

  it('when drained refuses new connections, finishes the request from before SIGTERM and exits with 0', async () => {
    const asked = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    const apiUrl = await startFakeApi(async (_, response) => {
      asked.resolve();
      await release.promise;
      response.end('{"products":[]}');
    });
    const web = startWeb(apiUrl, { API_TIMEOUT_MS: '60000', SHUTDOWN_SECONDS: '600' });
    const url = await web.url();
    const page = ask(url, '/');
    await asked.promise;
    web.signal('SIGTERM');
    expect(await web.line('no new connections')).toMatchObject({ openRequests: 1 });
    await expect(ask(url, '/version')).rejects.toThrow('fetch failed');
    release.resolve();
    expect(await page).toMatchObject({ status: 200, text: expect.stringContaining('version 1.4.2') });
    expect(await web.exit()).toBe(0);
  });

  it('exits with 0 in bounded time even if a request never ends', async () => {
    const asked = Promise.withResolvers<void>();
    const apiUrl = await startFakeApi(() => asked.resolve());
    const web = startWeb(apiUrl, { SHUTDOWN_SECONDS: '1', API_TIMEOUT_MS: '60000' });
    const page = expect(ask(await web.url(), '/')).rejects.toThrow('fetch failed');
    await asked.promise;
    web.signal('SIGTERM');
    expect(await web.exit()).toBe(0);
    expect(await web.line('requests cut')).toMatchObject({ level: 'warn', cut: 1 });
    await page;
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('exits at once on a second signal, %s', async (signal, code) => {
    const web = startWeb('http://127.0.0.1:9', { DRAIN_SECONDS: '600' });
    await web.url();
    web.signal('SIGTERM');
    await web.line('shutting down');
    web.signal(signal);
    expect(await web.exit()).toBe(code);
  });

  it('does not start without the address of api', async () => {
    const web = startWeb('');
    expect(await web.exit()).toBe(1);
    expect(await web.line('could not start')).toMatchObject({
      problems: ['API_URL is required, for example http://shop-api'],
    });
  });
});
