import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpRegistry } from '../../src/registry/http-registry.ts';
import { FakeExec, ok } from '../fakes.ts';
import { MemoryRegistry } from './memory-registry.ts';

let source: MemoryRegistry;
let target: MemoryRegistry;
beforeEach(async () => {
  [source, target] = await Promise.all([new MemoryRegistry().start(), new MemoryRegistry().start()]);
});
afterEach(async () => {
  await Promise.all([source.stop(), target.stop()]);
});

const client = () =>
  new HttpRegistry({
    exec: new FakeExec(() => ok()),
    home: { env: {}, config: {}, scratch: '' },
    retries: 1,
    onRetry: () => undefined,
    wait: async () => undefined,
  });

/** The target refuses each request of this kind. */
function refuse(method: 'POST' | 'PUT', status: number): void {
  target.peculiarity = (request, response) =>
    request.method === method &&
    (request.url?.includes('/blobs/uploads/') ?? false) &&
    Boolean(response.writeHead(status).end('{"errors":[{"code":"BLOB_UPLOAD_INVALID"}]}'));
}

describe('an upload that a registry refuses', () => {
  it.each<['POST' | 'PUT', number]>([
    ['POST', 400],
    ['POST', 403],
    ['PUT', 409],
  ])('does not fail the copy when the registry has the blob: %s, %i', async (method, status) => {
    const { digest } = source.addImage('shop/web');
    target.addImage('prod/web');
    target.manifests.clear();
    refuse(method, status);
    await client().copy(`${source.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    expect(target.get('prod/web', '1')?.digest).toBe(digest);
  });

  it('fails the copy when the registry does not have the blob', async () => {
    const { digest } = source.addImage('shop/web');
    refuse('PUT', 409);
    await expect(client().copy(`${source.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`])).rejects.toThrow(
      'the registry responded with 409 (BLOB_UPLOAD_INVALID)',
    );
    expect(target.get('prod/web', '1')).toBeUndefined();
  });
});
