import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ApiError } from '../errors.ts';

/** A file that a client sent, in a temporary file. */
export interface Upload {
  file: string;
  size: number;
  /** `sha256:` and 64 hex digits. */
  digest: string;
  /** Whether all of it arrived. */
  complete: boolean;
}

/** GitHub's limit for an asset: https://docs.github.com/repositories/releasing-projects-on-github/about-releases */
const MAX_BYTES = 2 ** 31 - 1;

/**
 * Writes the body of a request to a temporary file in `directory`, which the caller removes or renames. A hub that is
 * killed here leaves a `.part` file, which the next one deletes.
 * @throws ApiError 422 when the body is too large
 */
export async function receiveUpload(request: Request, directory: string): Promise<Upload> {
  const announced = request.headers.get('content-length');
  if (announced !== null && Number(announced) > MAX_BYTES) throw tooLarge();
  const file = join(directory, `${randomUUID()}.part`);
  const hash = createHash('sha256');
  let size = 0;
  let ended = false;
  try {
    await pipeline(read(), createWriteStream(file));
  } catch (error) {
    // The error of a broken connection differs by where it breaks; the file is the same.
    if (!(error instanceof ApiError)) return result(false);
    await rm(file, { force: true });
    throw error;
  }
  return result(ended && (announced === null || size === Number(announced)));

  async function* read(): AsyncGenerator<Uint8Array> {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > MAX_BYTES) throw tooLarge();
      hash.update(chunk);
      yield chunk;
    }
    ended = true;
  }

  function result(complete: boolean): Upload {
    return { file, size, digest: `sha256:${hash.digest('hex')}`, complete };
  }
}

function tooLarge(): ApiError {
  const message = `size must be less than ${MAX_BYTES + 1}`;
  const error = { resource: 'ReleaseAsset', code: 'custom', field: 'size', message } as const;
  return new ApiError(422, 'Validation Failed', { errors: [error] });
}
