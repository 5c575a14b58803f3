import { normalize } from 'node:path/posix';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import type { ParsedTarEntry } from 'modern-tar';

/** An archive that is not a chart's, or is larger than a chart may be. Its message says what is wrong, as the end of a sentence. */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

const MIB = 1024 * 1024;
const BLOCK = 512;

/** What Helm itself takes: https://github.com/helm/helm/blob/v4.3.1/pkg/chart/loader/archive/archive.go, `MaxDecompressedChartSize` */
const MAX_ARCHIVE = 100 * MIB;
/** Helm has no limit here. The largest charts that are published have about a thousand files. */
const MAX_ENTRIES = 10_000;
/** A limit of Linux for paths, `PATH_MAX`. */
const MAX_PATH = 4096;
/** Values are read by a parser that makes some hundred times their size of them; a release that Kubernetes stores has at most 1 MiB. */
const MAX_YAML = MIB;
/** What Helm 3 takes of any file. */
const MAX_SCHEMA = 5 * MIB;

/** What may still be read of a chart's packed dependencies, all taken together: each could be small and all of them a bomb. */
export class UnpackBudget {
  #unpacked = 256 * MIB;
  #kept = 8 * MIB;

  /** @throws {ArchiveError} when there is no more left */
  takeUnpacked(bytes: number): void {
    this.#unpacked -= bytes;
    if (this.#unpacked < 0) throw new ArchiveError('the packed dependencies of the chart unpack to more than 256 MiB');
  }

  /** @throws {ArchiveError} when there is no more left */
  takeKept(bytes: number): void {
    this.#kept -= bytes;
    if (this.#kept < 0)
      throw new ArchiveError('the values and schemas in the packed dependencies of the chart have more than 8 MiB');
  }

  get spent(): boolean {
    return this.#unpacked < 0 || this.#kept < 0;
  }
}

/** The files that are read, of a chart and of those below it. */
const TEXT = /^(?:charts\/[^/]+\/)*(?:Chart\.yaml|values\.yaml|values\.schema\.json)$/;
const NESTED = /^(?:charts\/[^/]+\/)*charts\/[^/]+\.tgz$/;

/** Archives in archives: no chart has more levels. */
const MAX_NESTING = 10;

/**
 * The Chart.yaml, values.yaml and values.schema.json in a packed chart and in those within it, by their path in the chart:
 * `charts/disk/values.yaml`, `charts/disk-1.0.0.tgz/values.yaml`. Nothing else is held in memory.
 * @param packed the bytes of the archive
 * @throws {ArchiveError} and nothing else, whatever the bytes are
 */
export async function packedTexts(packed: Uint8Array, budget: UnpackBudget, nesting = 0): Promise<Map<string, string>> {
  if (nesting > MAX_NESTING)
    throw new ArchiveError(`it has archives in archives, more than ${MAX_NESTING} levels deep`);
  const texts = new Map<string, string>();
  const inner: [path: string, packed: Uint8Array][] = [];
  try {
    for await (const entry of entriesOf(packed, budget)) {
      const path = pathInChart(entry.header.name);
      const kept = TEXT.test(path) || NESTED.test(path);
      assertPlain(entry, path, kept);
      if (!kept) await entry.body.cancel();
      else if (TEXT.test(path)) texts.set(path, await readText(entry, path, budget));
      else inner.push([path, await bytesOf(entry)]);
    }
  } catch (error) {
    throw asArchiveError(error);
  }
  for (const [path, bytes] of inner)
    for (const [name, text] of await packedTexts(bytes, budget, nesting + 1)) texts.set(`${path}/${name}`, text);
  return texts;
}

/** The entries, each of which must be read or cancelled before the next one is asked for. */
async function* entriesOf(packed: Uint8Array, budget: UnpackBudget): AsyncGenerator<ParsedTarEntry> {
  const { createTarDecoder } = await import('modern-tar');
  let entries = 0;
  const tar = ReadableStream.from(unzipped(packed, budget)) as unknown as globalThis.ReadableStream<
    Uint8Array<ArrayBuffer>
  >;
  for await (const entry of tar.pipeThrough(createTarDecoder({ strict: true }))) {
    if (++entries > MAX_ENTRIES) throw new ArchiveError(`it has more than ${MAX_ENTRIES} entries`);
    yield entry;
  }
  if (entries === 0) throw new ArchiveError('it has no files');
}

async function* unzipped(packed: Uint8Array, budget: UnpackBudget): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  gunzip.end(packed);
  let total = 0;
  for await (const chunk of gunzip as AsyncIterable<Uint8Array>) {
    total += chunk.length;
    if (total > MAX_ARCHIVE) throw new ArchiveError('it unpacks to more than 100 MiB');
    budget.takeUnpacked(chunk.length);
    yield chunk;
  }
  // An archive may end without the two empty blocks that mark its end; Go's reader, and so Helm, takes it.
  yield new Uint8Array(2 * BLOCK);
}

/**
 * A path as Helm takes it: without its first directory, whatever that is called.
 * @throws {ArchiveError} for those that Helm refuses, for the same reasons
 */
function pathInChart(name: string): string {
  if (name.length > MAX_PATH) throw new ArchiveError(`it has a path of more than ${MAX_PATH} characters`);
  const parts = name.split(name.includes('\\') ? '\\' : '/');
  const below = parts.slice(1).join('/');
  if (below.startsWith('/')) throw new ArchiveError('it has an absolute path');
  if (parts.length === 1) throw new ArchiveError('it has a file outside its directory');
  const path = normalize(below).replace(/\/$/, '');
  if (path.startsWith('..')) throw new ArchiveError('it has a path that leads out of it');
  if (/^[a-zA-Z]:\//.test(path)) throw new ArchiveError('it has a path with a drive');
  if (parts[0] === 'Chart.yaml') throw new ArchiveError('its Chart.yaml is not in a directory');
  return path;
}

/**
 * What other readers take differently is refused, as Helm's would then see another file than was looked at here: sizes and names
 * for sparse files, which stand beside the header (https://pkg.go.dev/archive/tar#Format), and directories or links in a file's place.
 */
function assertPlain({ header }: ParsedTarEntry, path: string, kept: boolean): void {
  const records = Object.keys(header.pax ?? {});
  if (records.some((key) => key === 'size' || key.startsWith('GNU.sparse.')))
    throw new ArchiveError('it has a sparse file, or one of more than 8 GiB');
  if (kept && header.type !== 'file') throw new ArchiveError(`its ${path} is a ${header.type}`);
}

async function readText(entry: ParsedTarEntry, path: string, budget: UnpackBudget): Promise<string> {
  const { size } = entry.header;
  const limit = path.endsWith('.json') ? MAX_SCHEMA : MAX_YAML;
  if (size > limit) throw new ArchiveError(`its ${path} has more than ${limit / MIB} MiB`);
  budget.takeKept(size);
  return new TextDecoder().decode(await bytesOf(entry));
}

async function bytesOf({ header, body }: ParsedTarEntry): Promise<Uint8Array> {
  if (header.size > MAX_ARCHIVE) throw new ArchiveError('it unpacks to more than 100 MiB');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The words of zlib and of the reader of archives, whose errors have no class of their own. A defect of ours stays one. */
function asArchiveError(error: unknown): unknown {
  const { name, code, message } = error as NodeJS.ErrnoException;
  const isRefusal = code === undefined ? name === 'Error' : code.startsWith('Z_');
  return isRefusal ? new ArchiveError(sentence(message), { cause: error }) : error;
}

const sentence = (message: string): string =>
  message.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()).replace(/\.$/, '');
