import { cpSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execa } from 'execa';
import { getBasicAuth } from '../../../registries/index.ts';
import { addShell, manifest, services, staging, step, useScene, withoutLogin, workspace } from './scene.ts';

useScene();

/** What the registry responds to the start of an upload, with the standard JSON body; `undefined` when it works. */
let outage: { status: number; code: string; message: string } | undefined;
/** The uploads that the registry takes and never answers, by their path. */
let hanging: RegExp | undefined;
let proxy: Server;

beforeAll(async () => {
  proxy = createServer((incoming, response) => {
    if (outage !== undefined && incoming.method === 'POST' && incoming.url?.includes('/uploads/')) {
      const { status, ...error } = outage;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [error] }));
      return;
    }
    const { method, url: path, headers } = incoming;
    if (method === 'PUT' && hanging?.test(path ?? '')) {
      incoming.resume();
      return;
    }
    const upstream = request(`http://${staging.host}`, { method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    upstream.on('error', () => response.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  proxy.close();
  proxy.closeAllConnections();
});

/** Pushes an image that the registry does not have, through the proxy. */
function push(name: string, onText: (text: string) => void, inputs: Record<string, string> = {}) {
  const { port } = proxy.address() as AddressInfo;
  const directory = join(services.dir, 'outage-login');
  cpSync(withoutLogin().DOCKER_CONFIG ?? '', directory, { recursive: true });
  const auth = getBasicAuth(staging).slice('Basic '.length);
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths: { [`localhost:${port}`]: { auth } } }));
  writeFileSync(join(workspace, 'web', 'hello'), `${name}\n`);
  return step(
    { registry: `localhost:${port}`, images: `{ name: shop/${name}, context: web }`, ...inputs },
    { env: { DOCKER_CONFIG: directory }, onOutput: (_child, text) => onText(text) },
  );
}

describe('a response with the standard JSON body', () => {
  it('and the status 503 is repeated until the registry is available', async () => {
    outage = { status: 503, code: 'UNAVAILABLE', message: 'service unavailable' };
    const result = await push('outage', (text) => {
      if (text.includes('attempt 2 in')) outage = undefined;
    });
    expect(result.log).toContain('unavailable (503 Service Unavailable)); attempt 2 in');
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/outage', result.outputs.digest ?? '')).status).toBe(200);
  });

  it.each([
    ['DENIED', 'requested access to the resource is denied'],
    ['FORBIDDEN', 'not allowed for this repository'],
  ])('and the status 403 is not, and names the permission (%s)', async (code, message) => {
    outage = { status: 403, code, message };
    const { exitCode, log } = await push(code.toLowerCase(), () => undefined);
    expect(exitCode).toBe(1);
    expect(log).not.toContain('attempt 2');
    expect(log.match(/^::error/gm)).toHaveLength(1);
    expect(log).toMatch(/^::error .*has this permission: .*packages: write/m);
  });
});

describe('an upload that the registry never answers', () => {
  const NOTHING = 'BuildKit has reported nothing of the upload to localhost';

  beforeEach(() => {
    outage = undefined;
    hanging = undefined;
  });

  it('is ended after the time limit and repeated', async () => {
    hanging = /\/uploads\//;
    const allow = (text: string) => {
      if (text.includes('attempt 2 in')) hanging = undefined;
    };
    const result = await push('stalled', allow, { 'push-timeout': '3' });
    expect(result.log).toMatch(new RegExp(`transient error \\(${NOTHING}:\\d+/shop/stalled for 3 s.*; attempt 2 in`));
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/stalled', result.outputs.digest ?? '')).status).toBe(200);
  });

  it('fails when all attempts hang, and leaves no process behind', async () => {
    hanging = /\/uploads\//;
    const result = await push('stuck', () => undefined, { 'push-timeout': '3', retries: '0' });
    expect(result.exitCode).toBe(1);
    expect(result.log).toMatch(/^::error .*building shop\/stuck failed.*higher `push-timeout`/m);
    expect((await execa('ps', ['-eo', 'args'])).stdout).not.toContain(`${services.dir}/step-`);
  });

  it('of the cache leads to a build without it', async () => {
    hanging = /\/manifests\/buildcache/;
    const result = await push('cached', () => undefined, { cache: 'registry', 'push-timeout': '3' });
    expect(result.log).toContain('building without the cache, which cannot be used: BuildKit has reported nothing');
    expect(result.exitCode).toBe(0);
    expect((await manifest(staging, 'shop/cached', result.outputs.digest ?? '')).status).toBe(200);
  });

  it('does not end a step that is silent for longer', async () => {
    await addShell();
    const images = '{ name: shop/silent, context: shell, build-args: { SECONDS: 5 } }';
    const result = await push('silent', () => undefined, { images, 'push-timeout': '1' });
    expect(result.log).not.toContain(NOTHING);
    expect(result.exitCode).toBe(0);
  });
});
