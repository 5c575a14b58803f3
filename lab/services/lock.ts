import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { LabError } from '../errors.ts';
import { findProcess, isRunning, type ProcessIdentity } from './processes.ts';

/** The lock of a dead process is stale once its timestamp has not been renewed for this long. */
const STALE_AFTER_MS = 5_000;

/** The process that acquired the lock last; undefined if `holder.json` cannot be read. */
function readHolder(dir: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'holder.json'), 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/**
 * Creates the lab's directory without access for other users. Not everything in it is secret, but nothing in it is for them. An existing
 * directory that other users can read is closed too.
 */
async function createPrivateDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
}

/**
 * Acquires the lock for changing the lab in `dir` and returns the function that releases it. The lock of a process that
 * died is taken over after a few seconds.
 *
 * @throws LabError when another running process holds it
 */
export async function lockLab(dir: string, onWait: (line: string) => void): Promise<() => Promise<void>> {
  await createPrivateDirectory(dir);
  const deadline = Date.now() + 2 * STALE_AFTER_MS;
  for (;;) {
    try {
      const release = await lockfile.lock(dir, {
        lockfilePath: join(dir, 'lock'),
        stale: STALE_AFTER_MS,
        update: 1_000,
      });
      await writeFile(join(dir, 'holder.json'), JSON.stringify(findProcess(process.pid)), { mode: 0o600 });
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      const holder = readHolder(dir);
      if ((holder && isRunning(holder)) || Date.now() > deadline) {
        throw new LabError(
          `Another command is changing this lab${holder ? ` (process ${holder.pid})` : ''}.`,
          'Wait until it ends, or stop it with Ctrl-C, and run the same command again.',
          { cause: error },
        );
      }
      onWait('taking over the lock of a command that died');
      await sleep(250);
    }
  }
}
