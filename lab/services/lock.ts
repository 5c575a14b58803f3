import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { LabError } from '../errors.ts';
import { findProcess, isRunning, type ProcessIdentity } from './processes.ts';

/** A dead holder's lock counts as stale when its time stamp has not been renewed for this long. */
const STALE_AFTER = 5_000;

/** The process that took the lock last, if its note can be read. */
function readHolder(dir: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(join(dir, 'holder.json'), 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

/**
 * Makes the lab's directory, closed to other users: not all that is in it is secret, but none of it is theirs. So is one that an earlier
 * version left open.
 */
async function ownDirectory(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
}

/**
 * Takes the lock that allows changing the lab in `dir`, and returns what gives it back. A lock whose holder died is
 * taken over after a few seconds.
 *
 * @throws LabError when another process that still runs holds it
 */
export async function lockLab(dir: string, onWait: (line: string) => void): Promise<() => Promise<void>> {
  await ownDirectory(dir);
  const deadline = Date.now() + 2 * STALE_AFTER;
  for (;;) {
    try {
      const release = await lockfile.lock(dir, { lockfilePath: join(dir, 'lock'), stale: STALE_AFTER, update: 1_000 });
      await writeFile(join(dir, 'holder.json'), JSON.stringify(findProcess(process.pid)), { mode: 0o600 });
      return release;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      const holder = readHolder(dir);
      if ((holder && isRunning(holder)) || Date.now() > deadline) {
        throw new LabError(
          `Another command is changing this lab${holder ? ` (process ${holder.pid})` : ''}.`,
          'Wait for it to end, or stop it with Ctrl-C, then run the same command again.',
          { cause: error },
        );
      }
      onWait('taking over from a command that died');
      await sleep(250);
    }
  }
}
