import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseManifest, parsePredicateTypes } from '../../../src/registry/manifests/manifest.ts';
import { digest, INDEX } from '../../fakes.ts';

describe('a manifest', () => {
  it('of an index has the image of each platform, and its attestations separately', () => {
    const raw = JSON.stringify(INDEX);
    expect(parseManifest(raw, 'the registry')).toMatchObject({
      digest: `sha256:${createHash('sha256').update(raw).digest('hex')}`,
      kind: 'index',
      images: [
        { platform: 'linux/amd64', digest: digest('a') },
        { platform: 'linux/arm/v7', digest: digest('b') },
      ],
      attestations: [digest('c')],
    });
  });

  it('has the same contents with other attestations, and different ones with another annotation', () => {
    const contents = (change: object) =>
      parseManifest(JSON.stringify({ ...INDEX, ...change }), 'the registry').contents;
    expect(
      contents({ manifests: [...INDEX.manifests.slice(0, 2), { ...INDEX.manifests[2], digest: digest('d') }] }),
    ).toBe(contents({}));
    expect(contents({ annotations: { a: 'b' } })).not.toBe(contents({}));
    expect(contents({ manifests: INDEX.manifests.slice(0, 1) })).not.toBe(contents({}));
  });

  it.each([
    ['', 'the manifest is not JSON'],
    ['null', 'the manifest is null, not a mapping'],
    ['{}', 'the manifest is neither an image nor an index'],
    ['<html>', 'the manifest is not JSON'],
    ['{"manifests":7}', 'the manifest is neither an image nor an index'],
    ['{"layers":[]}', 'the manifest is neither an image nor an index'],
    ['{"manifests":[7]}', 'in the manifest, `manifests[0]` is a number, not a mapping'],
    ['{"manifests":[{"digest":7}]}', 'in the manifest, `manifests[0].digest` is a number, not a string'],
    [
      '{"manifests":[{"digest":"latest"}]}',
      'in the manifest, `manifests[0].digest` is not a digest (sha256: and 64 hex digits)',
    ],
    [
      `{"manifests":[{"digest":"${digest('a')}","platform":{"os":["linux"]}}]}`,
      'in the manifest, `manifests[0].platform.os` is a list, not a string',
    ],
    ['{"manifests":[{"annotations":"x"}]}', 'in the manifest, `manifests[0].annotations` is a string, not a mapping'],
    [`{"manifests":[],"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 'the manifest is nested too deeply'],
  ])('is not %.60j', (raw, why) => {
    expect(() => parseManifest(raw, 'the registry')).toThrow(
      expect.objectContaining({ name: 'InvalidResponseError', why }),
    );
  });

  it('is never a bug of ours, for any JSON', () => {
    const part = fc.oneof(fc.jsonValue(), fc.constant(INDEX.manifests));
    const like = fc.record({ manifests: part, mediaType: part, layers: part, config: part }, { requiredKeys: [] });
    const outcome = (read: () => unknown): string => {
      try {
        read();
        return 'read';
      } catch (error) {
        return (error as Error).name;
      }
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          like.map((data) => JSON.stringify(data)),
        ),
        (raw) => {
          for (const read of [parseManifest, parsePredicateTypes])
            expect(['read', 'InvalidResponseError']).toContain(outcome(() => read(raw, 'the registry')));
        },
      ),
    );
  });

  it('of attestations has their predicate types', () => {
    const layer = (type: string) => ({ annotations: { 'in-toto.io/predicate-type': type } });
    expect(parsePredicateTypes(JSON.stringify({ layers: [layer('b'), layer('a')] }), 'the registry')).toEqual([
      'a',
      'b',
    ]);
  });
});
