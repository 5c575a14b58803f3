import { cpSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getBasicAuth } from '../../../registries/index.ts';
import { manifest, services, staging, step, useScene, withoutLogin, workspace } from './scene.ts';

useScene();

/** What the registry responds to the start of an upload, with the standard JSON body; `undefined` when it works. */
let outage: { status: number; code: string; message: string } | undefined;
let proxy: Server;

beforeAll(async () => {
  proxy = createServer((incoming, response) => {
    if (outage !== undefined && incoming.method === 'POST' && incoming.url?.includes('/uploads/')) {
      const { status, ...error } = outage;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [error] }));
      return;
    }
    const { method, url: path, headers } = incoming;
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
});

/** Pushes an image that the registry does not have, through the proxy. */
function push(name: string, onText: (text: string) => void) {
  const { port } = proxy.address() as AddressInfo;
  const directory = join(services.dir, 'outage-login');
  cpSync(withoutLogin().DOCKER_CONFIG ?? '', directory, { recursive: true });
  const auth = getBasicAuth(staging).slice('Basic '.length);
  writeFileSync(join(directory, 'config.json'), JSON.stringify({ auths: { [`localhost:${port}`]: { auth } } }));
  writeFileSync(join(workspace, 'web', 'hello'), `${name}\n`);
  return step(
    { registry: `localhost:${port}`, images: `{ name: shop/${name}, context: web }` },
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
