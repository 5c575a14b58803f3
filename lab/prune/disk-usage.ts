import { lstat, readdir } from 'node:fs/promises';

/** Appends a name to a path. Both are bytes, because a file name need not be valid UTF-8. */
export const joinBytes = (directory: string | Buffer, name: Buffer): Buffer =>
  Buffer.concat([Buffer.from(directory), Buffer.from('/'), name]);

/** Allocated bytes of a file or of a directory with its content, without following symbolic links; 0 if it does not exist. */
export async function measureDisk(path: string | Buffer): Promise<number> {
  const entry = await lstat(path).catch(ignoreMissing);
  if (!entry) return 0;
  // The unit of `blocks` is 512 bytes on all systems: stat(2).
  let bytes = entry.blocks * 512;
  if (!entry.isDirectory()) return bytes;
  for (const name of (await readdir(path, { encoding: 'buffer' }).catch(ignoreMissing)) ?? []) {
    bytes += await measureDisk(joinBytes(path, name));
  }
  return bytes;
}

/** For files that another process may delete at any time. */
export function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

/** Formats bytes for people: `1.3 GB`, `190 MB`, `4 kB`. */
export function formatSize(bytes: number): string {
  if (bytes >= 999.5e6) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 999.5e3) return `${Math.round(bytes / 1e6)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
