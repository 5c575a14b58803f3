import { createHash } from 'node:crypto';
import type { Digest } from '../../lib/identifiers.ts';
import { normalPlatform } from './platforms.ts';

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

interface Descriptor {
  mediaType?: string;
  digest: Digest;
  platform?: { os: string; architecture: string; variant?: string };
  annotations?: Record<string, string>;
}

const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

/** https://github.com/moby/buildkit/blob/master/docs/attestations/attestation-storage.md */
const isAttestation = ({ annotations }: Descriptor): boolean =>
  annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';

/**
 * Read a manifest as the registry sent it. The digest is that of these very bytes.
 * @throws {SyntaxError} when it is not JSON, {TypeError} when it is no manifest
 */
export function parseManifest(raw: string): Manifest {
  const digest = `sha256:${createHash('sha256').update(raw).digest('hex')}` as Digest;
  const data = JSON.parse(raw) as { mediaType?: string; manifests?: Descriptor[]; config?: unknown; layers?: unknown };
  if (Array.isArray(data.manifests) && (data.mediaType === undefined || INDEX_TYPES.includes(data.mediaType))) {
    const attestations = data.manifests.filter(isAttestation);
    const images = data.manifests.filter((each) => !isAttestation(each));
    return {
      digest,
      kind: 'index',
      images: images.map(({ platform, digest: own }) => ({
        platform: platform === undefined ? undefined : platformText(platform),
        digest: own,
      })),
      attestations: attestations.map(({ digest: own }) => own),
      contents: canonical({ ...data, manifests: images }),
    };
  }
  if (data.config === undefined || !Array.isArray(data.layers))
    throw new TypeError('it is neither an image nor an index');
  return { digest, kind: 'image', images: [{ platform: undefined, digest }], attestations: [], contents: digest };
}

/** The kinds of statements in an attestation manifest, such as `https://slsa.dev/provenance/v1`. */
export function predicateTypes(raw: string): string[] {
  const { layers = [] } = JSON.parse(raw) as { layers?: Descriptor[] };
  return layers.map(({ annotations }) => annotations?.['in-toto.io/predicate-type'] ?? '').sort();
}

export function platformText({
  os,
  architecture,
  variant,
}: {
  os: string;
  architecture: string;
  variant?: string;
}): string {
  return normalPlatform([os, architecture, variant].filter(Boolean).join('/'));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
