import { randomBytes } from 'node:crypto';
import { access, constants, mkdir, readdir, realpath, rename, rm, statfs, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { LabError } from '../errors.ts';

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Makes directory `target` by filling a temporary directory beside it and renaming that, so that it is there whole or not at all.
 */
export async function makeDirectory(target: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${target}.${randomBytes(4).toString('hex')}.tmp`;
  await mkdir(temporary, { recursive: true });
  try {
    await fill(temporary);
    await rm(target, { recursive: true, force: true });
    await rename(temporary, target);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Deletes what crashed builds left in `directory`. Only for the one who has it to himself: {@link exclusively}. */
export async function clearTemporary(directory: string): Promise<void> {
  const left = (await readdir(directory)).filter((name) => name.endsWith('.tmp'));
  for (const name of left) await rm(join(directory, name), { recursive: true, force: true });
}

/** Makes or moves the symbolic link `link` to `target` in one step, so that no reader finds it missing. */
export async function linkTo(link: string, target: string): Promise<void> {
  if ((await realpath(link).catch(() => undefined)) === (await realpath(target))) return;
  const temporary = `${link}.${randomBytes(4).toString('hex')}.tmp`;
  await mkdir(dirname(link), { recursive: true });
  await symlink(target, temporary);
  await rename(temporary, link);
}

/** Throws unless `needed` bytes are free where `directory` is. */
export async function requireSpace(directory: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= needed) return;
  const inGigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new LabError(
    `Building the lab's tools needs about ${inGigabytes(needed)} GB of disk; ${directory} has ${inGigabytes(free)} GB free.`,
    'Free some space, or point XDG_CACHE_HOME and GOCACHE at a larger disk, and run the same command again.',
  );
}

/** Runs `work` while no other process of this user does the same in `directory`; `onWait` is called when it has to wait. */
export async function exclusively<T>(
  directory: string,
  onWait: (seconds: number) => void,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(directory, { recursive: true });
  const started = Date.now();
  for (;;) {
    signal?.throwIfAborted();
    // The lock's time stamp is renewed every 2 s; one that is 10 s old belongs to a process that died.
    const release = await lockfile
      .lock(directory, { lockfilePath: join(directory, 'lock'), stale: 10_000, update: 2_000 })
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ELOCKED') return undefined;
        throw error;
      });
    if (!release) {
      onWait(Math.round((Date.now() - started) / 1000));
      await sleep(500);
      continue;
    }
    try {
      return await work();
    } finally {
      await release();
    }
  }
}
