import { describe, expect, it } from '@jest/globals';
import type { Digest } from '../../../../lib/identifiers.ts';
import { InvalidResponseError } from '../../../../lib/requests/responses.ts';
import { parseImageSize } from '../../../src/registry/manifests/image-size.ts';
import { createClient, source, target, useRegistries } from '../scene.ts';

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
  useRegistries();

  it('takes one request, and none after the image was copied', async () => {
    const { digest } = source.addImage('web', 'a layer');
    const index = source.addIndex('web', [{ digest }], '1');
    const expected = [...source.blobs.values()].reduce((sum, { length }) => sum + length, 0);
    expect(await createClient().imageSize(`${source.host}/web`, digest as Digest)).toBe(expected);
    expect(source.requests).toEqual([`GET /v2/web/manifests/${digest}`]);

    const client = createClient();
    await client.copy(`${source.host}/web@${index.digest}`, [`${target.host}/web:1`]);
    const before = source.requests.length;
    expect(await client.imageSize(`${source.host}/web`, digest as Digest)).toBe(expected);
    expect(source.requests).toHaveLength(before);
  });

  it('is unknown for an image that it does not have', async () => {
    const missing = `sha256:${'0'.repeat(64)}` as Digest;
    await expect(createClient().imageSize(`${source.host}/web`, missing)).rejects.toMatchObject({ kind: 'missing' });
  });

  it('is that of an image which was copied to its digest, without a tag', async () => {
    const { digest } = source.addImage('web', 'a layer');
    const client = createClient();
    await client.copy(`${source.host}/web@${digest}`, [`${target.host}/other@${digest}`]);
    expect(await client.imageSize(`${target.host}/other`, digest as Digest)).toBeGreaterThan(0);
  });
});
