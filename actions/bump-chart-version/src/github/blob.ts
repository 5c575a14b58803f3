import { createHash } from 'node:crypto';

/** The object ID that Git gives a blob: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function blobId(bytes: Uint8Array, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/**
 * The exact bytes of a blob from the text in an API response, or `undefined` when the text is not exact: truncated, missing, or altered,
 * as servers do to text that is not UTF-8. Git's object ID proves it.
 */
export function exactBytes(text: string | null, oid: string): Uint8Array | undefined {
  if (text === null) return undefined;
  const bytes = new TextEncoder().encode(text);
  return blobId(bytes, oid.length === 64 ? 'sha256' : 'sha1') === oid ? bytes : undefined;
}
