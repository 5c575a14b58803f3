import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../../../../lib/identifiers.ts';
import { registryHost } from '../../../../lib/images/references.ts';
import { ResponseData } from '../../../../lib/requests/responses.ts';
import type { Distribution } from '../client/distribution.ts';
import { jsonProblemOf, pullScope, pushScope } from '../client/registry-call.ts';
import type { RegistryResponse } from '../client/registry-request.ts';

/** A repository, and the client of its registry. */
export interface Repository {
  client: Distribution;
  /** `ghcr.io/org/web` */
  name: string;
  /** `org/web` */
  path: string;
}

/** A manifest as the registry stores it. */
export interface StoredManifest {
  digest: Digest;
  mediaType: string;
  bytes: Buffer;
}

/** The media types of an index, of OCI and of Docker. */
export const INDEX_TYPE = /image\.index|manifest\.list/;

const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** `ghcr.io/org/web:1.4@sha256:…` as repository and tag or digest; the digest wins. */
export function splitReference(reference: string): { repository: string; target: string } {
  const [name = '', digest] = reference.split('@');
  const colon = name.indexOf(':', name.lastIndexOf('/'));
  const repository = colon < 0 ? name : name.slice(0, colon);
  return { repository, target: digest ?? (colon < 0 ? 'latest' : name.slice(colon + 1)) };
}

export const hostOf = (reference: string): string => registryHost(splitReference(reference).repository);

export const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;

/** What is wrong with content that has another digest, as a predicate. */
export const digestProblem = (found: string, expected: string): string | undefined =>
  found === expected ? undefined : `has the digest ${found}`;

export const isDigest = (target: string): boolean => 'value' in parseDigest(target);

/** `ghcr.io/org/web:1.4` or `ghcr.io/org/web@sha256:…` */
export const formatReference = ({ name }: Pick<Repository, 'name'>, target: string): string =>
  `${name}${isDigest(target) ? '@' : ':'}${target}`;

/**
 * The manifest under a tag or digest; `undefined` when the registry reports that it does not exist.
 * @throws {BrokenResponseError} when its bytes do not have the digest
 */
export async function readManifest(repository: Repository, target: string): Promise<StoredManifest | undefined> {
  const { client, path } = repository;
  const reference = formatReference(repository, target);
  const response = await client.call({
    url: `/v2/${path}/manifests/${target}`,
    scopes: [pullScope(path)],
    headers: { accept: ACCEPT },
    what: reference,
    expected: [200, 404],
    problemOf: (body) => jsonProblemOf(body) ?? (isDigest(target) ? digestProblem(digestOf(body), target) : undefined),
  });
  if (response.status === 404) return undefined;
  return { digest: digestOf(response.body), mediaType: mediaTypeOf(response), bytes: response.body };
}

/** The type in the manifest, which images of OCI may leave out, otherwise that of the response. */
function mediaTypeOf({ body, headers }: RegistryResponse): string {
  const type = ResponseData.json(body.toString('utf8'), 'the registry', 'the manifest').at('mediaType').value;
  return typeof type === 'string' ? type : (headers['content-type'] ?? '').replace(/;.*/, '');
}

/** Whether the repository has the manifest or the blob. */
export async function exists(
  { client, path, name }: Repository,
  kind: 'manifests' | 'blobs',
  digest: Digest,
): Promise<boolean> {
  const { status } = await client.call({
    method: 'HEAD',
    url: `/v2/${path}/${kind}/${digest}`,
    scopes: [pushScope(path)],
    headers: { accept: kind === 'manifests' ? ACCEPT : '*/*' },
    what: `${name}@${digest}`,
    expected: [200, 404],
  });
  return status === 200;
}

/** Store a manifest, byte for byte, under a tag or its digest. */
export function writeManifest(
  repository: Repository,
  target: string,
  { mediaType, bytes }: Pick<StoredManifest, 'mediaType' | 'bytes'>,
): Promise<RegistryResponse> {
  const { client, path } = repository;
  return client.call({
    method: 'PUT',
    url: `/v2/${path}/manifests/${target}`,
    scopes: [pushScope(path)],
    headers: { 'content-type': mediaType },
    body: bytes,
    what: formatReference(repository, target),
    expected: [200, 201, 202],
  });
}
