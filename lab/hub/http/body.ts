import { ApiError } from '../errors.ts';

/** Reads a whole body. @throws ApiError 413 when it is too large, 400 when it ends early */
export async function readBody(request: Request, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > limit) throw new ApiError(413, `The body is larger than ${limit} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw new ApiError(400, 'The connection was closed before the request was complete');
  }
  return Buffer.concat(chunks);
}
