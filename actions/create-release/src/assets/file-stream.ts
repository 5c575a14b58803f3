import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import { type AllowedPaths, DOES_NOT_EXIST, IS_DIRECTORY, openWorkspaceFile } from '../../../lib/files/workspace.ts';

/** A file is not what it was when it was found, or when its digest was computed. Trying again would not help. */
export class FileChangedError extends ActionError {
  override name = 'FileChangedError';

  /** @param activity what was being done with it: "uploaded" */
  constructor(path: string, activity: string, why: string) {
    super({
      what: `the file ${path} changed while it was being ${activity}`,
      why,
      next: 'Attach it when every step that writes it has ended, then run the job again; it continues where it stopped.',
    });
  }
}

/** Large chunks, because the cost of each is more than that of its bytes. Four uploads hold some of them in memory. */
const CHUNKS = { highWaterMark: 256 * 1024 };

/** A file of the workspace, as it was found. */
export interface KnownFile {
  allowed: AllowedPaths;
  path: string;
  size: number;
}

/**
 * The SHA-256 of a file, as hex. A change that begins only now is found when the file is uploaded.
 * @throws {FileChangedError} when the file no longer has its size
 */
export async function hashFile({ allowed, path, size }: KnownFile): Promise<string> {
  const hash = createHash('sha256');
  const file = await openFile({ allowed, path, size }, 'read');
  try {
    await pipeline(file.createReadStream(CHUNKS), hash);
  } catch (error) {
    throw unreadableError(path, messageOf(error), error);
  }
  return hash.digest('hex');
}

/**
 * The bytes of a file for an upload. The stream ends only when they have the expected size and digest: its last bytes are held back
 * until then, so that a server never gets a complete upload of other bytes.
 * @param digest hex
 * @throws {FileChangedError} when the file no longer exists or has another size; the stream fails with it too
 */
export async function openUnchanged(file: KnownFile, digest: string): Promise<Readable> {
  const source = (await openFile(file, 'uploaded')).createReadStream(CHUNKS);
  const checked = new UnchangedBytes(file, digest);
  source.on('error', (error) => checked.destroy(unreadableError(file.path, messageOf(error), error)));
  checked.on('close', () => source.destroy());
  return source.pipe(checked);
}

class UnchangedBytes extends Transform {
  readonly #file: KnownFile;
  readonly #digest: string;
  readonly #hash: Hash = createHash('sha256');
  #length = 0;
  #held: Buffer | undefined;

  constructor(file: KnownFile, digest: string) {
    super(CHUNKS);
    this.#file = file;
    this.#digest = digest;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#length += chunk.length;
    this.#hash.update(chunk);
    const before = this.#held;
    this.#held = chunk;
    if (this.#length <= this.#file.size) done(null, before);
    else done(this.#changed(`it had ${this.#file.size} bytes before, and now has more`));
  }

  override _flush(done: TransformCallback): void {
    const { size } = this.#file;
    if (this.#length !== size)
      done(this.#changed(`it had ${size} bytes before, and only ${this.#length} could be read`));
    else if (this.#hash.digest('hex') === this.#digest) done(null, this.#held);
    else done(this.#changed('it has the same size as before, but other bytes'));
  }

  #changed(why: string): FileChangedError {
    return new FileChangedError(this.#file.path, 'uploaded', why);
  }
}

/** Links are resolved each time: the file may have become one since it was found. */
async function openFile({ allowed, path, size }: KnownFile, activity: string): Promise<FileHandle> {
  const file = await openWorkspaceFile(allowed, path);
  if ('problem' in file) {
    if (file.problem === DOES_NOT_EXIST) throw new FileChangedError(path, activity, 'it no longer exists');
    if (file.problem === IS_DIRECTORY) throw new FileChangedError(path, activity, 'it is a directory now');
    throw unreadableError(path, `it ${file.problem}`);
  }
  const now = (await file.value.stat()).size;
  if (now === size) return file.value;
  await file.value.close();
  throw new FileChangedError(path, activity, sizeChange(now, size));
}

const sizeChange = (now: number, before: number): string => `it had ${before} bytes before, and now has ${now}`;

const unreadableError = (path: string, why: string, cause?: unknown): ActionError =>
  new ActionError({
    what: `the file ${path} cannot be read`,
    why,
    next: 'Run the step as a user that can read it, and after the step that writes it.',
    cause,
  });
