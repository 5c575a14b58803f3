import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../../../lib/identifiers.ts';
import { ResponseData } from '../../../lib/responses.ts';
import { normalPlatform } from '../inputs/platforms.ts';

/** What a digest names in a registry: an index of images or one image. */
export interface Manifest {
  digest: Digest;
  kind: 'index' | 'image';
  /** The image of each platform. One image has no platform of its own here: its configuration says it. */
  images: readonly PlatformImage[];
  /** The manifests of attestations (provenance, SBOM) in an index. */
  attestations: readonly Digest[];
  /** The index without its attestations, as canonical JSON: equal for two builds of the same images with the same annotations. */
  contents: string;
}

export interface PlatformImage {
  platform: string | undefined;
  digest: Digest;
}

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** No index has so many platforms. */
const MOST_DESCRIPTORS = 10_000;

/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const isAttestation = (descriptor: ResponseData): boolean =>
  descriptor.at('annotations').optional?.at('vnd.docker.reference.type').value === 'attestation-manifest';

/**
 * Read a manifest as the registry sent it. The digest is that of these very bytes.
 * @param from the registry, as errors call it
 * @throws {InvalidResponseError} when it is no manifest
 */
export function parseManifest(raw: string, from: string): Manifest {
  const digest = `sha256:${createHash('sha256').update(raw).digest('hex')}` as Digest;
  const answer = ResponseData.json(raw, from, 'the manifest');
  const type = answer.at('mediaType').optional?.string();
  if (Array.isArray(answer.at('manifests').value) && (type === undefined || INDEX_TYPES.includes(type))) {
    const descriptors = answer.at('manifests').list(MOST_DESCRIPTORS);
    const images = descriptors.filter((each) => !isAttestation(each));
    return {
      digest,
      kind: 'index',
      images: images.map((each) => {
        const platform = each.at('platform').optional;
        return { platform: platform && platformText(platform), digest: each.at('digest').parsed(parseDigest) };
      }),
      attestations: descriptors.filter(isAttestation).map((each) => each.at('digest').parsed(parseDigest)),
      contents: canonical({ ...answer.object(), manifests: images.map(({ value }) => value) }, answer),
    };
  }
  if (answer.at('config').value === undefined || !Array.isArray(answer.at('layers').value))
    return answer.fail('is neither an image nor an index');
  return { digest, kind: 'image', images: [{ platform: undefined, digest }], attestations: [], contents: digest };
}

/** The kinds of statements in an attestation manifest, such as `https://slsa.dev/provenance/v1`. */
export function predicateTypes(raw: string, from: string): string[] {
  const layers = ResponseData.json(raw, from, 'the manifest of an attestation')
    .at('layers')
    .optional?.list(MOST_DESCRIPTORS);
  return (layers ?? [])
    .map((layer) => layer.at('annotations').optional?.at('in-toto.io/predicate-type').optional?.string() ?? '')
    .sort();
}

/** The platform of a descriptor or an image's configuration. */
export function platformText(platform: ResponseData): string {
  const parts = ['os', 'architecture', 'variant'].map((key) => platform.at(key).optional?.string() ?? '');
  return normalPlatform(parts.filter((part) => part !== '').join('/'));
}

function canonical(value: unknown, answer: ResponseData): string {
  try {
    return sortedJson(value);
  } catch (error) {
    // `JSON.parse` reads any depth, `JSON.stringify` calls itself for each level.
    if (error instanceof RangeError) return answer.fail('is nested too deeply');
    throw error;
  }
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
