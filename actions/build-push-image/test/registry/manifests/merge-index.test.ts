import { describe, expect, it } from '@jest/globals';
import { type MergeSource, mergeEntries } from '../../../src/registry/manifests/merge-index.ts';
import { digest, INDEX } from '../../fakes.ts';

const descriptor = (digit: string, architecture: string, subject?: string) => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: digest(digit),
  size: 7,
  platform: { os: subject === undefined ? 'linux' : 'unknown', architecture },
  ...(subject === undefined
    ? {}
    : {
        annotations: {
          'vnd.docker.reference.type': 'attestation-manifest',
          'vnd.docker.reference.digest': digest(subject),
        },
      }),
});
const source = (...manifests: object[]): MergeSource => ({
  raw: JSON.stringify({ ...INDEX, manifests }),
  platform: undefined,
});
const merge = (...sources: MergeSource[]) => mergeEntries(sources, 'the registry').map(({ digest }) => digest[7]);

const amd = source(descriptor('a', 'amd64'), descriptor('1', 'unknown', 'a'));
const arm = source(descriptor('b', 'arm64'), descriptor('2', 'unknown', 'b'));

describe('a merged index', () => {
  it('has the images of all sources and their attestations, in one order', () => {
    expect(merge(amd, arm)).toEqual(['a', 'b', '1', '2']);
    expect(merge(arm, amd)).toEqual(['a', 'b', '1', '2']);
    expect(
      merge(source(descriptor('a', 'amd64'), descriptor('b', 'arm64'), descriptor('1', 'unknown', 'a')), arm),
    ).toEqual(['a', 'b', '1', '2']);
  });

  it('has one image for a platform, that of the later source, without the attestations of the other', () => {
    const again = source(descriptor('c', 'amd64'), descriptor('3', 'unknown', 'c'));
    expect(merge(amd, arm, again)).toEqual(['c', 'b', '3', '2']);
  });

  it('has one attestation manifest for an image that two sources have', () => {
    expect(merge(amd, source(descriptor('a', 'amd64'), descriptor('4', 'unknown', 'a')))).toEqual(['a', '1']);
  });

  it('describes an image without an index', () => {
    const raw = JSON.stringify({ mediaType: 'application/vnd.oci.image.manifest.v1+json', config: {}, layers: [] });
    expect(mergeEntries([{ raw, platform: 'linux/arm/v7' }], 'the registry')).toEqual([
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: expect.stringMatching(/^sha256:/),
        size: Buffer.byteLength(raw),
        platform: { os: 'linux', architecture: 'arm', variant: 'v7' },
      },
    ]);
  });
});
