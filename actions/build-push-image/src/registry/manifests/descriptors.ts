import { type Digest, parseDigest } from '../../../../lib/identifiers.ts';
import { ResponseData } from '../../../../lib/requests/responses.ts';
import type { StoredManifest } from './manifests.ts';

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md */
export interface Descriptor {
  digest: Digest;
  size: number;
  mediaType: string;
  artifactType?: string;
  annotations?: Record<string, unknown>;
}

/** What a manifest consists of. */
export interface ManifestParts {
  /** The manifests of an index. */
  manifests: Descriptor[];
  /** The configuration and the layers that a registry must have. */
  blobs: Descriptor[];
  /** What the manifest is a signature or an attestation of. */
  subject: Digest | undefined;
}

const MAX_DESCRIPTORS = 10_000;

/** @throws {InvalidResponseError} when it is not a manifest */
export function parseParts({ bytes }: Pick<StoredManifest, 'bytes'>, server: string): ManifestParts {
  const manifest = ResponseData.json(bytes.toString('utf8'), server, 'the manifest');
  const list = (key: string) => manifest.at(key).optional?.list(MAX_DESCRIPTORS) ?? [];
  const config = manifest.at('config').optional;
  return {
    manifests: list('manifests').map(parseDescriptor),
    blobs: [...(config === undefined ? [] : [config]), ...list('layers').filter((layer) => !isForeign(layer))].map(
      parseDescriptor,
    ),
    subject: manifest.at('subject').optional?.at('digest').parsed(parseDigest),
  };
}

export function parseDescriptor(descriptor: ResponseData): Descriptor {
  const artifactType = descriptor.at('artifactType').optional?.string();
  const annotations = descriptor.at('annotations').optional?.object();
  return {
    digest: descriptor.at('digest').parsed(parseDigest),
    size: descriptor.at('size').optional?.integer() ?? 0,
    mediaType: descriptor.at('mediaType').optional?.string() ?? '',
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(annotations === undefined ? {} : { annotations }),
  };
}

/** A layer that is downloaded from its own address, such as one of Windows. Registries do not ask for it. */
function isForeign(layer: ResponseData): boolean {
  const urls = layer.at('urls').optional;
  return urls !== undefined && /foreign|nondistributable/.test(layer.at('mediaType').optional?.string() ?? '');
}
