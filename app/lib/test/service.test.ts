import { describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { type Level, Log } from '../log.ts';
import { Metrics } from '../metrics.ts';
import { type Component, createService } from '../service.ts';
import type { ServiceSettings } from '../settings.ts';

const settings: ServiceSettings = {
  host: undefined,
  port: 0,
  logLevel: 'info',
  drainSeconds: 0,
  shutdownSeconds: 1,
  version: '1.4.2',
  revision: 'b4c1f2a',
  pod: 'shop-1',
};

const routes = new Hono();
routes.get('/things/:id', (c) => c.text(`thing ${c.req.param('id')}`));
routes.get('/broken', () => {
  throw new Error('the shelf fell down');
});

const create = (ready: Component['ready'] = async () => undefined, level: Level = 'info') => {
  const lines: Record<string, unknown>[] = [];
  const log = new Log(level, {}, (line) => lines.push(JSON.parse(line)));
  return { ...createService(settings, { routes, ready }, { metrics: new Metrics(settings), log }), lines };
};

describe('a service', () => {
  it('reports its version, commit and Node', async () => {
    const { app } = create();
    const response = await app.request('/version');
    expect(await response.json()).toEqual({ version: '1.4.2', revision: 'b4c1f2a', node: process.version });
  });

  it('is ready when its component is', async () => {
    const response = await create().app.request('/readyz');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ready' });
  });

  it.each<[string, Component['ready'], string]>([
    ['says what it misses', async () => 'no store', 'no store'],
    ['throws', async () => Promise.reject(new Error('disk gone')), 'disk gone'],
  ])('is alive but not ready when its component %s', async (_, ready, reason) => {
    const { app } = create(ready);
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'not ready', reason });
    expect((await app.request('/livez')).status).toBe(200);
  });

  it('is not ready while it shuts down, even if its check passes', async () => {
    const { app, readiness } = create();
    readiness.shutDown();
    const response = await app.request('/readyz');
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'not ready', reason: 'shutting down' });
    expect((await app.request('/things/1')).status).toBe(200);
  });

  it('counts requests by route pattern, so that ids and noise create no new series', async () => {
    const { app } = create();
    for (const path of ['/things/1', '/things/2', '/nowhere', '/wp-login.php', '/broken']) await app.request(path);
    const response = await app.request('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    const counted = text.split('\n').filter((line) => line.startsWith('http_requests_total'));
    expect(counted).toEqual([
      'http_requests_total{method="GET",route="/things/:id",status="200"} 2',
      'http_requests_total{method="GET",route="none",status="404"} 2',
      'http_requests_total{method="GET",route="/broken",status="500"} 1',
    ]);
    expect(text).toContain('http_request_duration_seconds_count{method="GET",route="/things/:id"} 2');
    expect(text).toContain('shop_build_info{version="1.4.2",revision="b4c1f2a"} 1');
    expect(text).toContain('process_cpu_user_seconds_total');
  });

  it('responds to an error without details, and logs it with its stack', async () => {
    const { app, lines } = create();
    const response = await app.request('/broken');
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('shelf');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'error',
        path: '/broken',
        error: 'the shelf fell down',
        stack: expect.stringContaining('service.test.ts'),
      }),
    ]);
  });

  it('logs one line per request at debug', async () => {
    const { app, lines } = create(undefined, 'debug');
    await app.request('/things/7');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'debug',
        msg: 'request',
        method: 'GET',
        path: '/things/7',
        route: '/things/:id',
        status: 200,
        seconds: expect.any(Number),
      }),
    ]);
  });

  it('logs no requests at info', async () => {
    const { app, lines } = create();
    await app.request('/things/7');
    expect(lines).toEqual([]);
  });
});
