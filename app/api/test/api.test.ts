import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ask, type ComponentProcess, Components } from '../../lib/test/process.ts';
import { SEED } from '../src/seed.ts';

const components = new Components();
let directory: string;
const startApi = (env: Record<string, string> = {}): ComponentProcess =>
  components.start('api', { DATA_DIR: directory, APP_VERSION: '1.4.2', APP_REVISION: 'b4c1f2a', ...env });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shop-api-'));
});
afterEach(async () => {
  await components.killAll();
  await rm(directory, { recursive: true });
});

describe('api as a process', () => {
  it('serves the products, one product, its version and its health', async () => {
    const url = await startApi().url();
    const products = await ask(url, '/products');
    expect(products.status).toBe(200);
    expect(products.headers.get('content-type')).toMatch(/^application\/json/);
    expect(products.headers.get('x-shop-version')).toBe('1.4.2');
    expect(JSON.parse(products.text)).toEqual({ products: SEED });
    expect(JSON.parse((await ask(url, '/products/brass-pen')).text)).toEqual(SEED.find(({ id }) => id === 'brass-pen'));
    expect(await ask(url, '/products/rare-bird')).toMatchObject({ status: 404 });
    expect(await ask(url, '/nowhere')).toMatchObject({ status: 404 });
    expect(JSON.parse((await ask(url, '/version')).text)).toEqual({
      version: '1.4.2',
      revision: 'b4c1f2a',
      node: process.version,
    });
    expect(await ask(url, '/livez')).toMatchObject({ status: 200 });
    expect(await ask(url, '/readyz')).toMatchObject({ status: 200 });
    expect((await ask(url, '/metrics')).text).toContain(
      'http_requests_total{method="GET",route="/products/:id",status="404"} 1',
    );
  });

  it('is alive but not ready when its store can no longer be read', async () => {
    const url = await startApi().url();
    await truncate(join(directory, 'products.db'));
    expect(await ask(url, '/readyz')).toMatchObject({ status: 503 });
    expect(await ask(url, '/products')).toMatchObject({ status: 500 });
    expect(await ask(url, '/livez')).toMatchObject({ status: 200 });
  });

  it('writes only JSON lines, and none for requests at info', async () => {
    const api = startApi();
    await ask(await api.url(), '/products');
    api.signal('SIGTERM');
    expect(await api.exit()).toBe(0);
    expect(api.lines.map(({ msg }) => msg)).toEqual(['listening', 'shutting down', 'no new connections', 'stopped']);
  });

  it('names every problem in its environment and does not start', async () => {
    const api = startApi({ PORT: 'http', LOG_LEVEL: 'loud' });
    expect(await api.exit()).toBe(1);
    expect(api.lines).toEqual([
      expect.objectContaining({
        level: 'error',
        msg: 'could not start',
        problems: [expect.stringMatching(/^PORT is "http"/), expect.stringMatching(/^LOG_LEVEL is "loud"/)],
      }),
    ]);
  });

  it('does not start without a writable directory, and names it', async () => {
    const api = startApi({ DATA_DIR: join(directory, 'missing') });
    expect(await api.exit()).toBe(1);
    expect(await api.line('could not start')).toMatchObject({
      error: expect.stringContaining(join(directory, 'missing', 'products.db')),
      cause: 'unable to open database file',
    });
  });

  it('does not start on a port in use', async () => {
    const { port } = await startApi().line('listening');
    const second = startApi({ PORT: String(port) });
    expect(await second.exit()).toBe(1);
    expect(await second.line('could not start')).toMatchObject({ error: expect.stringContaining('EADDRINUSE') });
  });
});
