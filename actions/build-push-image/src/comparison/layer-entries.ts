import { createHash } from 'node:crypto';
import { pipeline, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { createGunzip, createZstdDecompress } from 'node:zlib';

/** A file, directory or link of a layer: its attributes as texts, by their names. */
export type Entry = ReadonlyMap<string, string>;

/** The beginnings of gzip (RFC 1952) and Zstandard (RFC 8878). */
const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

/** The entries of a layer by their paths. Contents are read as hashes, so that a large layer needs little memory. */
export async function readEntries(layer: AsyncIterable<Uint8Array>): Promise<Map<string, Entry>> {
  const { createTarDecoder } = await import('modern-tar');
  const tar = ReadableStream.from(decompressed(layer)) as unknown as globalThis.ReadableStream<Uint8Array<ArrayBuffer>>;
  const entries = new Map<string, Entry>();
  for await (const { header, body } of tar.pipeThrough(createTarDecoder({ strict: true }))) {
    const hash = createHash('sha256');
    for await (const chunk of body) hash.update(chunk);
    const { name, type = 'file', mode = 0, size, mtime, uid = 0, gid = 0, linkname = '', pax = {} } = header;
    const attributes = Object.entries(pax).filter(([key]) => key.startsWith('SCHILY.xattr.'));
    entries.set(
      name,
      new Map([
        ['type', type],
        ['mode', mode.toString(8)],
        ['owner', `${uid}:${gid}`],
        ['size', String(size)],
        ['time', mtime?.toISOString() ?? ''],
        ['link target', linkname],
        ['content', hash.digest('hex').slice(0, 12)],
        ['extended attributes', JSON.stringify(Object.fromEntries(attributes.sort()))],
      ]),
    );
  }
  return entries;
}

async function* decompressed(layer: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = layer[Symbol.asyncIterator]();
  const first = await chunks.next();
  const start: Uint8Array = first.done ? new Uint8Array() : first.value;
  const whole = (async function* () {
    yield start;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  const startsWith = (magic: readonly number[]) => magic.every((byte, index) => start[index] === byte);
  if (!startsWith(GZIP) && !startsWith(ZSTD)) yield* whole;
  // An error of either stream is thrown by the loop that reads.
  else
    yield* pipeline(Readable.from(whole), startsWith(GZIP) ? createGunzip() : createZstdDecompress(), () => undefined);
}

/** What differs between the entries of two layers. */
export function compareEntries(source: ReadonlyMap<string, Entry>, rebuilt: ReadonlyMap<string, Entry>): string[] {
  const differences: string[] = [];
  for (const path of new Set([...source.keys(), ...rebuilt.keys()])) {
    const [before, after] = [source.get(path), rebuilt.get(path)];
    if (before === undefined) differences.push(`${path}: only in the rebuilt image`);
    else if (after === undefined) differences.push(`${path}: only in the source`);
    else
      for (const [attribute, value] of before)
        if (value !== after.get(attribute))
          differences.push(
            attribute === 'content'
              ? `${path}: content`
              : `${path}: ${attribute} ${value || '-'} in the source, ${after.get(attribute) || '-'} rebuilt`,
          );
  }
  return differences;
}
