import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Digest } from '../../../lib/identifiers.ts';
import { BrokenResponseError, readBytes } from '../../../lib/requests/responses.ts';
import { pullScope, pushScope } from './client/registry-call.ts';
import { RegistryResponseError } from './client/registry-error.ts';
import type { Descriptor } from './manifests/descriptors.ts';
import { digestProblem, exists, type Repository } from './manifests/manifests.ts';

/** The configuration of an attestation: https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidance-for-an-empty-descriptor */
const EMPTY = Buffer.from('{}');
const EMPTY_DIGEST = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

/** In bytes. Configurations and attestations are smaller, and new with almost every image. */
const MAX_SENT_UNASKED = 64 * 1024;

/** The content of a blob, at most `limit` bytes. */
export function readBlob(repository: Repository, digest: Digest, limit: number): Promise<Buffer> {
  return repository.client.retry(async () =>
    readBytes(await openBlob(repository, { digest }), limit, repository.client.name),
  );
}

/** The content of a blob as a stream that fails at its end when the bytes do not have the digest. */
async function openBlob(
  { client, path, name }: Repository,
  { digest, size }: Pick<Descriptor, 'digest'> & { size?: number },
): Promise<Readable> {
  const { stream } = await client.read({
    url: `/v2/${path}/blobs/${digest}`,
    scopes: [pullScope(path)],
    what: `the blob ${name}@${digest}`,
    expected: [200],
  });
  return Readable.from(verified(stream, { digest, size, server: client.name }), { objectMode: false });
}

async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size, server }: { digest: Digest; size: number | undefined; server: string },
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let length = 0;
  // The last chunk waits for the check: a blob that is wrong is never complete.
  let last: Uint8Array | undefined;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (size !== undefined && length > size) break;
    hash.update(chunk);
    if (last !== undefined) yield last;
    last = chunk;
  }
  // The connection broke without a sign, or a proxy responded instead.
  const problem = digestProblem(`sha256:${hash.digest('hex')}`, digest);
  if (problem !== undefined) throw new BrokenResponseError(server, problem, `the blob ${digest}`);
  if (last !== undefined) yield last;
}

/**
 * Make a blob available in another repository: mounted if the registry has it in one of its repositories, otherwise uploaded.
 * An upload that breaks off begins again.
 * @param mountFrom a repository of the same registry that has it
 */
export async function copyBlob(descriptor: Descriptor, route: BlobRoute): Promise<void> {
  try {
    await mountOrUpload(descriptor, route);
  } catch (error) {
    // Not every blob was asked for, and some registries refuse one that they have.
    const isFinal = error instanceof RegistryResponseError && error.kind !== 'transient';
    if (!isFinal || !(await exists(route.target, 'blobs', descriptor.digest).catch(() => false))) throw error;
  }
}

interface BlobRoute {
  source: Repository;
  target: Repository;
  mountFrom: Repository | undefined;
}

async function mountOrUpload(descriptor: Descriptor, { source, target, mountFrom }: BlobRoute): Promise<void> {
  const { digest } = descriptor;
  // Mounting a blob that the target has already changes nothing.
  let started =
    mountFrom === undefined ? undefined : await target.client.retry(() => startUpload(target, digest, mountFrom));
  if (started?.done) return;
  // Sending a small blob takes no longer than asking for it.
  if (descriptor.size > MAX_SENT_UNASKED && (await exists(target, 'blobs', digest))) return;
  await target.client.retry(async () => {
    const starting = started ?? startUpload(target, digest, undefined);
    started = undefined;
    const [upload, content] = await bothOrNone(
      starting,
      digest === EMPTY_DIGEST ? Readable.from([EMPTY]) : openBlob(source, descriptor),
    );
    await target.client.write(
      {
        method: 'PUT',
        url: withDigest(upload.location, digest),
        scopes: [pushScope(target.path)],
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(descriptor.size) },
        what: `the upload of ${digest} to ${target.name}`,
        expected: [200, 201, 202, 204],
      },
      content,
    );
  });
}

/** Both at a time. The content is closed when the upload cannot start. */
async function bothOrNone(
  starting: Upload | Promise<Upload>,
  opening: Readable | Promise<Readable>,
): Promise<[Upload, Readable]> {
  const [upload, content] = await Promise.allSettled([starting, opening]);
  if (upload.status === 'fulfilled' && content.status === 'fulfilled') return [upload.value, content.value];
  if (content.status === 'fulfilled') content.value.destroy();
  throw upload.status === 'rejected' ? upload.reason : (content as PromiseRejectedResult).reason;
}

interface Upload {
  /** Whether the registry mounted the blob. */
  done: boolean;
  /** Where to send the content otherwise. */
  location: string;
}

async function startUpload(
  { client, path, name }: Repository,
  digest: Digest,
  mountFrom: Repository | undefined,
): Promise<Upload> {
  const query = mountFrom === undefined ? '' : `?${new URLSearchParams({ mount: digest, from: mountFrom.path })}`;
  const response = await client.callOnce({
    method: 'POST',
    url: `/v2/${path}/blobs/uploads/${query}`,
    scopes: [pushScope(path), ...(mountFrom === undefined ? [] : [pullScope(mountFrom.path)])],
    what: `the upload of ${digest} to ${name}`,
    expected: [201, 202],
  });
  if (response.status === 201) return { done: true, location: '' };
  return { done: false, location: client.locate(response.headers.location, response) };
}

/** The address has a query of its own in most registries. */
function withDigest(address: string, digest: Digest): string {
  const url = new URL(address);
  url.searchParams.append('digest', digest);
  return url.href;
}
