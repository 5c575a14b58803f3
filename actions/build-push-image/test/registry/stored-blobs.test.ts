import { describe, expect, it } from '@jest/globals';
import { createClient, source, target, useRegistries } from './scene.ts';

useRegistries();

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
    await createClient(1).copy(`${source.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]);
    expect(target.get('prod/web', '1')?.digest).toBe(digest);
  });

  it('fails the copy when the registry does not have the blob', async () => {
    const { digest } = source.addImage('shop/web');
    refuse('PUT', 409);
    await expect(
      createClient(1).copy(`${source.host}/shop/web@${digest}`, [`${target.host}/prod/web:1`]),
    ).rejects.toThrow('the registry responded with 409 (BLOB_UPLOAD_INVALID)');
    expect(target.get('prod/web', '1')).toBeUndefined();
  });
});
