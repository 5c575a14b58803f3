import { createHash } from 'node:crypto';

/** Git's name for a blob of these bytes: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function blobId(bytes: Uint8Array, algorithm: 'sha1' | 'sha256'): string {
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/**
 * The exact bytes of a blob from the text that the API gives, or `undefined` when the text is not exact: cut off, missing, or changed on
 * its way, as servers do to text that is not UTF-8. Git's own checksum tells.
 */
export function exactBytes(text: string | null, oid: string): Uint8Array | undefined {
  if (text === null) return undefined;
  const bytes = new TextEncoder().encode(text);
  return blobId(bytes, oid.length === 64 ? 'sha256' : 'sha1') === oid ? bytes : undefined;
}
