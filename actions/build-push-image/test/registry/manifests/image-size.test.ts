import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Digest } from '../../../../lib/identifiers.ts';
import { InvalidResponseError } from '../../../../lib/requests/responses.ts';
import { HttpRegistry } from '../../../src/registry/http-registry.ts';
import { parseImageSize } from '../../../src/registry/manifests/image-size.ts';
import { FakeExec, ok } from '../../fakes.ts';
import { MemoryRegistry } from '../memory-registry.ts';

const size = (manifest: unknown) => parseImageSize(Buffer.from(JSON.stringify(manifest)), 'ghcr.io');

describe('the size of an image', () => {
  it('is that of its configuration and its layers, wherever they are stored', () => {
    const foreign = { mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', urls: ['x'], size: 300 };
    expect(size({ config: { size: 7 }, layers: [{ size: 20 }, foreign] })).toBe(327);
    expect(size({ config: { size: 7 }, layers: [] })).toBe(7);
  });

  it.each<[unknown]>([
    [{ manifests: [] }],
    [{ config: { size: 7 } }],
    [{ config: {}, layers: [] }],
    [{ config: { size: 7 }, layers: [{ size: 'large' }] }],
  ])('is unknown for %j', (manifest) => {
    expect(() => size(manifest)).toThrow(InvalidResponseError);
  });
});

describe('the size of an image in a registry', () => {
  let registry: MemoryRegistry;
  let target: MemoryRegistry;
  beforeEach(async () => {
    [registry, target] = await Promise.all([new MemoryRegistry().start(), new MemoryRegistry().start()]);
  });
  afterEach(async () => {
    await Promise.all([registry.stop(), target.stop()]);
  });

  const createClient = () =>
    new HttpRegistry({
      exec: new FakeExec(() => ok()),
      home: { env: {}, config: {}, scratch: '' },
      retries: 0,
      onRetry: () => undefined,
    });

  it('takes one request, and none after the image was copied', async () => {
    const { digest } = registry.addImage('web', 'a layer');
    const index = registry.addIndex('web', [{ digest }], '1');
    const expected = [...registry.blobs.values()].reduce((sum, { length }) => sum + length, 0);
    expect(await createClient().imageSize(`${registry.host}/web`, digest as Digest)).toBe(expected);
    expect(registry.requests).toEqual([`GET /v2/web/manifests/${digest}`]);

    const client = createClient();
    await client.copy(`${registry.host}/web@${index.digest}`, [`${target.host}/web:1`]);
    const before = registry.requests.length;
    expect(await client.imageSize(`${registry.host}/web`, digest as Digest)).toBe(expected);
    expect(registry.requests).toHaveLength(before);
  });

  it('is unknown for an image that it does not have', async () => {
    const missing = `sha256:${'0'.repeat(64)}` as Digest;
    await expect(createClient().imageSize(`${registry.host}/web`, missing)).rejects.toMatchObject({ kind: 'missing' });
  });

  it('is that of an image which was copied to its digest, without a tag', async () => {
    const { digest } = registry.addImage('web', 'a layer');
    const client = createClient();
    await client.copy(`${registry.host}/web@${digest}`, [`${target.host}/other@${digest}`]);
    expect(await client.imageSize(`${target.host}/other`, digest as Digest)).toBeGreaterThan(0);
  });
});
