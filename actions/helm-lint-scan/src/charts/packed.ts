import { normalize } from 'node:path/posix';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import type { ParsedTarEntry } from 'modern-tar';

/** The archive is not a chart, or exceeds a limit. The message is the end of a sentence: "it has no files". */
export class ArchiveError extends Error {
  override name = 'ArchiveError';
}

const MIB = 1024 * 1024;
const BLOCK = 512;

/** Helm's own limit: https://github.com/helm/helm/blob/v4.3.1/pkg/chart/loader/archive/archive.go, `MaxDecompressedChartSize` */
const MAX_ARCHIVE = 100 * MIB;
/** Helm has no such limit. The largest published charts have about a thousand files. */
const MAX_ENTRIES = 10_000;
/** `PATH_MAX` of Linux. */
const MAX_PATH = 4096;
/** The YAML parser needs about a hundred times the size of the file. A release that Kubernetes stores has at most 1 MiB. */
const MAX_YAML = MIB;
/** Helm 3's limit for every file. */
const MAX_SCHEMA = 5 * MIB;

/** What may still be read of all packed dependencies of a chart: each could be small, and all together too large. */
export class UnpackBudget {
  #unpacked = 256 * MIB;
  #kept = 8 * MIB;

  /** @throws {ArchiveError} when the budget is exceeded */
  spendUnpacked(bytes: number): void {
    this.#unpacked -= bytes;
    if (this.#unpacked < 0) throw new ArchiveError('the packed dependencies of the chart unpack to more than 256 MiB');
  }

  /** @throws {ArchiveError} when the budget is exceeded */
  spendKept(bytes: number): void {
    this.#kept -= bytes;
    if (this.#kept < 0)
      throw new ArchiveError('the values and schemas in the packed dependencies of the chart have more than 8 MiB');
  }

  get exhausted(): boolean {
    return this.#unpacked < 0 || this.#kept < 0;
  }
}

/** The files that are read, of a chart and of its dependencies. */
const TEXT = /^(?:charts\/[^/]+\/)*(?:Chart\.yaml|values\.yaml|values\.schema\.json)$/;
const NESTED = /^(?:charts\/[^/]+\/)*charts\/[^/]+\.tgz$/;

/** Levels of archives in archives. No real chart has this many. */
const MAX_NESTING = 10;

/**
 * The Chart.yaml, values.yaml and values.schema.json of a packed chart and of its dependencies, by their path in the chart:
 * `charts/disk/values.yaml`, `charts/disk-1.0.0.tgz/values.yaml`. Other files are not kept in memory.
 * @param packed the archive
 * @throws {ArchiveError} and no other error, whatever the bytes are
 */
export async function readPackedTexts(
  packed: Uint8Array,
  budget: UnpackBudget,
  nesting = 0,
): Promise<Map<string, string>> {
  if (nesting > MAX_NESTING)
    throw new ArchiveError(`it has archives in archives, more than ${MAX_NESTING} levels deep`);
  const texts = new Map<string, string>();
  const inner: [path: string, packed: Uint8Array][] = [];
  try {
    for await (const entry of readEntries(packed, budget)) {
      const path = pathInChart(entry.header.name);
      const kept = TEXT.test(path) || NESTED.test(path);
      assertPlain(entry, path, kept);
      if (!kept) await entry.body.cancel();
      else if (TEXT.test(path)) texts.set(path, await readText(entry, path, budget));
      else inner.push([path, await readBytes(entry)]);
    }
  } catch (error) {
    throw asArchiveError(error);
  }
  for (const [path, bytes] of inner)
    for (const [name, text] of await readPackedTexts(bytes, budget, nesting + 1)) texts.set(`${path}/${name}`, text);
  return texts;
}

/** The entries. Each must be read or cancelled before the next one. */
async function* readEntries(packed: Uint8Array, budget: UnpackBudget): AsyncGenerator<ParsedTarEntry> {
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
    budget.spendUnpacked(chunk.length);
    yield chunk;
  }
  // An archive may lack the two empty blocks that mark its end: Go's reader, and so Helm, accepts it.
  yield new Uint8Array(2 * BLOCK);
}

/**
 * A path in the chart: without its first directory, which can have any name.
 * @throws {ArchiveError} for paths that Helm refuses, for the same reasons
 */
function pathInChart(name: string): string {
  if (name.length > MAX_PATH) throw new ArchiveError(`it has a path of more than ${MAX_PATH} characters`);
  const parts = name.split(name.includes('\\') ? '\\' : '/');
  const rest = parts.slice(1).join('/');
  if (rest.startsWith('/')) throw new ArchiveError('it has an absolute path');
  if (parts.length === 1) throw new ArchiveError('it has a file outside its directory');
  const path = normalize(rest).replace(/\/$/, '');
  if (path.startsWith('..')) throw new ArchiveError('it has a path that leads out of it');
  if (/^[a-zA-Z]:\//.test(path)) throw new ArchiveError('it has a path with a drive');
  if (parts[0] === 'Chart.yaml') throw new ArchiveError('its Chart.yaml is not in a directory');
  return path;
}

/**
 * Refuse what readers of archives interpret differently, because Helm could see another file than the one that was checked: sizes and
 * names in extended headers, as for sparse files (https://pkg.go.dev/archive/tar#Format), and directories or links in place of a file.
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
  if (size > limit) throw new ArchiveError(`its ${path} is larger than ${limit / MIB} MiB`);
  budget.spendKept(size);
  return new TextDecoder().decode(await readBytes(entry));
}

async function readBytes({ header, body }: ParsedTarEntry): Promise<Uint8Array> {
  if (header.size > MAX_ARCHIVE) throw new ArchiveError('it unpacks to more than 100 MiB');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Errors of zlib and of the archive reader, which have no class of their own, become an {@link ArchiveError}. Bugs stay unchanged. */
function asArchiveError(error: unknown): unknown {
  const { name, code, message } = error as NodeJS.ErrnoException;
  const isInvalidData = code === undefined ? name === 'Error' : code.startsWith('Z_');
  return isInvalidData ? new ArchiveError(sentence(message), { cause: error }) : error;
}

const sentence = (message: string): string =>
  message.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase()).replace(/\.$/, '');
