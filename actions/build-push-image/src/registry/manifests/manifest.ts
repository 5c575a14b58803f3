import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../../../../lib/identifiers.ts';
import { ResponseData } from '../../../../lib/requests/responses.ts';
import { normalizePlatform } from '../../inputs/platforms.ts';

/** The manifest of an index or of one image. */
export interface Manifest {
  digest: Digest;
  kind: 'index' | 'image';
  /** The image of each platform. For a single image the platform is `undefined` here: it is in its configuration. */
  images: readonly PlatformImage[];
  /** The manifests of attestations (provenance, SBOM) in an index. */
  attestations: readonly Digest[];
  /** The index without its attestations, as canonical JSON: the same for two builds of the same images with the same annotations. */
  contents: string;
  /** Of one image: what it consists of. */
  parts?: { config: Digest; layers: readonly Digest[] };
}

export interface PlatformImage {
  platform: string | undefined;
  digest: Digest;
  /** The target of the Dockerfile that it was built from, if the index says so. */
  target?: string;
}

/**
 * Names the target in the index, beside the image: two variants of a commit are then told apart, and the image's own digest does not change.
 * Only this action reads it.
 */
export const TARGET_ANNOTATION = 'io.github.gitops-actions.target';

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** More than any index has. */
const MAX_DESCRIPTORS = 10_000;

/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const isAttestation = (descriptor: ResponseData): boolean =>
  descriptor.at('annotations').optional?.at('vnd.docker.reference.type').value === 'attestation-manifest';

/**
 * Parse a manifest as the registry sent it. The digest is that of exactly these bytes.
 * @param server the registry, as errors name it
 * @throws {InvalidResponseError} when it is not a manifest
 */
export function parseManifest(raw: string | Buffer, server: string): Manifest {
  const digest = `sha256:${createHash('sha256').update(raw).digest('hex')}` as Digest;
  const response = ResponseData.json(raw.toString(), server, 'the manifest');
  const type = response.at('mediaType').optional?.string();
  if (Array.isArray(response.at('manifests').value) && (type === undefined || INDEX_TYPES.includes(type))) {
    const descriptors = response.at('manifests').list(MAX_DESCRIPTORS);
    const images = descriptors.filter((descriptor) => !isAttestation(descriptor));
    return {
      digest,
      kind: 'index',
      images: images.map((image) => {
        const platform = image.at('platform').optional;
        const target = image.at('annotations').optional?.at(TARGET_ANNOTATION).optional?.string();
        return {
          platform: platform && formatPlatform(platform),
          digest: image.at('digest').parsed(parseDigest),
          ...(target === undefined ? {} : { target }),
        };
      }),
      attestations: descriptors.filter(isAttestation).map((descriptor) => descriptor.at('digest').parsed(parseDigest)),
      contents: toCanonicalJson({ ...response.object(), manifests: images.map(({ value }) => value) }, response),
    };
  }
  if (response.at('config').value === undefined || !Array.isArray(response.at('layers').value))
    return response.fail('is neither an image nor an index');
  const image = { platform: undefined, digest };
  return { digest, kind: 'image', images: [image], attestations: [], contents: digest, ...readParts(response) };
}

/** Old kinds of manifests have parts without a digest; such an image cannot be compared. */
function readParts(manifest: ResponseData): Pick<Manifest, 'parts'> {
  const descriptors = [manifest.at('config'), ...manifest.at('layers').list(MAX_DESCRIPTORS)];
  const digests = descriptors.flatMap((descriptor) => {
    const parsed = parseDigest(String(descriptor.optional?.object().digest ?? ''));
    return 'value' in parsed ? parsed.value : [];
  });
  const [config, ...layers] = digests;
  return config === undefined || digests.length < descriptors.length ? {} : { parts: { config, layers } };
}

/** The predicate types in an attestation manifest, such as `https://slsa.dev/provenance/v1`. */
export function parsePredicateTypes(raw: string, server: string): string[] {
  const layers = ResponseData.json(raw, server, 'the manifest of an attestation')
    .at('layers')
    .optional?.list(MAX_DESCRIPTORS);
  return (layers ?? [])
    .map((layer) => layer.at('annotations').optional?.at('in-toto.io/predicate-type').optional?.string() ?? '')
    .sort();
}

/** The platform of a descriptor or an image's configuration. */
export function formatPlatform(platform: ResponseData): string {
  const parts = ['os', 'architecture', 'variant'].map((key) => platform.at(key).optional?.string() ?? '');
  return normalizePlatform(parts.filter((part) => part !== '').join('/'));
}

/** With sorted keys. */
export function toCanonicalJson(value: unknown, response: ResponseData): string {
  try {
    return sortedJson(value);
  } catch (error) {
    // `JSON.parse` reads any depth, but `JSON.stringify` is recursive.
    if (error instanceof RangeError) return response.fail('is nested too deeply');
    throw error;
  }
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
