import { createHash } from 'node:crypto';
import { ResponseData } from '../../../../lib/requests/responses.ts';
import { formatPlatform } from './manifest.ts';

/** A manifest to merge, as the registry sent it. */
export interface MergeSource {
  raw: string;
  /** Of a single image, from its configuration. */
  platform: string | undefined;
}

/** An entry of an index: https://github.com/opencontainers/image-spec/blob/main/image-index.md */
export type Descriptor = Record<string, unknown> & { mediaType: string; digest: string; size: number };

const MAX_DESCRIPTORS = 10_000;
const REFERENCE = 'vnd.docker.reference.digest';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

/** An index with the images of all sources and their attestations, and the annotations of all. */
export function mergeIndexes(sources: readonly MergeSource[], server: string): { mediaType: string; bytes: Buffer } {
  const annotations = Object.fromEntries(
    sources
      .flatMap(({ raw }) => {
        const manifest = ResponseData.json(raw, server, 'the manifest');
        const isIndex = Array.isArray(manifest.at('manifests').value);
        return isIndex ? Object.entries(manifest.at('annotations').optional?.object() ?? {}) : [];
      })
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const index = {
    schemaVersion: 2,
    mediaType: INDEX_TYPE,
    manifests: mergeEntries(sources, server),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
  return { mediaType: INDEX_TYPE, bytes: Buffer.from(JSON.stringify(index)) };
}

/**
 * The entries of an index that has the images of all sources, each with its attestations. Of two images for one platform the later source's is taken.
 * The order depends on the platforms alone, so that concurrent runs that merge the same images get the same digest.
 * @param server the registry, as errors name it
 * @throws {InvalidResponseError} when a source is not a manifest
 */
export function mergeEntries(sources: readonly MergeSource[], server: string): Descriptor[] {
  const entries = sources.flatMap((source) => readEntries(source, server));
  const images = new Map(
    entries.filter(({ subject }) => subject === undefined).map((entry) => [entry.platform, entry]),
  );
  const sorted = [...images.values()].sort((a, b) => (a.platform < b.platform ? -1 : 1));
  const attestations = sorted.flatMap(({ descriptor: { digest } }) =>
    uniqueByDigest(entries.filter(({ subject }) => subject === digest)).slice(0, 1),
  );
  return [...sorted, ...attestations].map(({ descriptor }) => descriptor);
}

interface Entry {
  descriptor: Descriptor;
  platform: string;
  /** The image that an attestation is about. */
  subject: string | undefined;
}

function readEntries({ raw, platform }: MergeSource, server: string): Entry[] {
  const manifest = ResponseData.json(raw, server, 'the manifest');
  if (!Array.isArray(manifest.at('manifests').value)) {
    const [os, architecture, variant] = (platform ?? '').split('/');
    const descriptor = {
      mediaType: manifest.at('mediaType').optional?.string() ?? 'application/vnd.oci.image.manifest.v1+json',
      digest: `sha256:${createHash('sha256').update(raw).digest('hex')}`,
      size: Buffer.byteLength(raw),
      platform: { os, architecture, ...(variant === undefined ? {} : { variant }) },
    };
    return [{ descriptor, platform: platform ?? '', subject: undefined }];
  }
  return manifest
    .at('manifests')
    .list(MAX_DESCRIPTORS)
    .map((entry) => {
      const subject = entry.at('annotations').optional?.at(REFERENCE).optional?.string();
      const described = entry.at('platform').optional;
      return {
        descriptor: entry.object() as Descriptor,
        platform: described === undefined ? '' : formatPlatform(described),
        subject,
      };
    });
}

const uniqueByDigest = (entries: readonly Entry[]): Entry[] => [
  ...new Map(entries.map((entry) => [entry.descriptor.digest, entry])).values(),
];
