import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { type Digest, parseDigest } from '../../../lib/identifiers.ts';
import { InvalidResponseError, ResponseData, readBytes } from '../../../lib/requests/responses.ts';
import type { Registry } from '../registry/registry.ts';

/** The parts of an image for one platform. */
export interface ImageContents {
  configuration: ResponseData;
  layers: readonly Digest[];
  readLayer(digest: Digest): Promise<AsyncIterable<Uint8Array>>;
}

/** The same limit as for manifests in a registry, with room for a long history. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;

/** An image in a registry. */
export async function registryContents(repository: string, digest: Digest, registry: Registry): Promise<ImageContents> {
  const server = `the registry of ${repository}`;
  const parts = (await registry.find(`${repository}@${digest}`))?.parts;
  if (parts === undefined) throw new InvalidResponseError(server, `${digest} is not the manifest of an image`);
  const configuration = (await registry.blob(repository, parts.config)).toString('utf8');
  return {
    configuration: ResponseData.json(configuration, server, 'the configuration'),
    layers: parts.layers,
    readLayer: async (layer) => Readable.from([await registry.blob(repository, layer)]),
  };
}

/** An image in an OCI archive: https://github.com/opencontainers/image-spec/blob/main/image-layout.md, as a tar file. */
export async function archiveContents(path: string): Promise<ImageContents> {
  const from = `the archive ${path}`;
  const json = async (name: string) =>
    ResponseData.json((await readBytes(archiveFile(path, name), MAX_JSON_BYTES, from)).toString('utf8'), from, name);
  const manifest = await json(blobPath(digestsAt(await json('index.json'), 'manifests')[0]));
  return {
    configuration: await json(blobPath(manifest.at('config').at('digest').parsed(parseDigest))),
    layers: digestsAt(manifest, 'layers'),
    readLayer: async (layer) => archiveFile(path, blobPath(layer)),
  };
}

const digestsAt = (data: ResponseData, key: string): Digest[] =>
  data
    .at(key)
    .list()
    .map((descriptor) => descriptor.at('digest').parsed(parseDigest));

const blobPath = (digest: Digest | undefined): string => `blobs/${(digest ?? '').replace(':', '/')}`;

/** One file of a tar archive, which is read from its beginning to there. */
async function* archiveFile(path: string, name: string): AsyncGenerator<Uint8Array> {
  const { createTarDecoder } = await import('modern-tar');
  const tar = ReadableStream.from(createReadStream(path)) as unknown as globalThis.ReadableStream<
    Uint8Array<ArrayBuffer>
  >;
  for await (const { header, body } of tar.pipeThrough(createTarDecoder({ strict: true }))) {
    if (header.name === name) return yield* body;
    await body.cancel();
  }
  throw new InvalidResponseError(`the archive ${path}`, `it has no ${name}`);
}
