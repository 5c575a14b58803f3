import { closeSync, openSync, readSync, statSync } from 'node:fs';

/** Size of the log in bytes; 0 if it does not exist yet. */
export function logSize(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The content of the log between two byte offsets. */
export function readLog(file: string, from: number, to: number): Buffer {
  const buffer = Buffer.alloc(Math.max(to - from, 0));
  const handle = openSync(file, 'r');
  try {
    const bytes = readSync(handle, buffer, 0, buffer.length, from);
    return buffer.subarray(0, bytes);
  } finally {
    closeSync(handle);
  }
}

const MAX_TAIL_BYTES = 65_536;

/** The last `lines` lines logged after offset `from`. Reads at most the last 64 KiB. */
export function tailLog(file: string, lines: number, from = 0): string {
  const size = logSize(file);
  if (size <= from) return '';
  const text = readLog(file, Math.max(from, size - MAX_TAIL_BYTES), size).toString('utf8');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
