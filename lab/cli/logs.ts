import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../errors.ts';
import { logSize, readLog, tailLog } from '../services/logs.ts';

/** The log file of the service `name`. It remains after the service has ended. */
export function findLog(dir: string, name: string): string {
  const directory = join(dir, 'logs');
  const names = existsSync(directory)
    ? readdirSync(directory).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -'.log'.length)] : []))
    : [];
  if (names.includes(name)) return join(directory, `${name}.log`);
  throw new LabError(
    `The service "${name}" has no log.`,
    names.length > 0 ? `Use one of: ${names.toSorted().join(', ')}.` : 'Start the lab first: npm run lab -- up',
  );
}

/** Writes the last `lines` lines, and with `follow` everything that is added until the process ends. */
export async function showLog(
  file: string,
  { lines, follow }: { lines: number; follow: boolean },
  write: (text: string | Buffer) => void,
): Promise<void> {
  let offset = logSize(file);
  const tail = tailLog(file, lines);
  if (tail) write(`${tail}\n`);
  while (follow) {
    await sleep(200);
    const size = logSize(file);
    if (size > offset) write(readLog(file, offset, size));
    offset = size;
  }
}
