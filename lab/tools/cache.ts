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

/** Creates the directory `target` from a temporary one that `fill` populates, so that it is either complete or does not exist. */
export async function createDirectoryAtomically(
  target: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
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

/** Runs `work` with an empty directory in `parent`, which {@link removeTemporary} deletes if this process is killed. */
export async function withTemporaryDirectory(
  parent: string,
  work: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(parent, `${randomBytes(4).toString('hex')}.tmp`);
  await mkdir(temporary, { recursive: true });
  try {
    await work(temporary);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** Deletes the temporary directories of crashed builds in `directory`. Requires its lock: {@link withLock}. */
export async function removeTemporary(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.tmp'));
  for (const name of names) await rm(join(directory, name), { recursive: true, force: true });
}

/** Points the symbolic link `link` to `target` atomically, so that it never disappears for a reader. */
export async function updateSymlink(link: string, target: string): Promise<void> {
  if ((await realpath(link).catch(() => undefined)) === (await realpath(target))) return;
  const temporary = `${link}.${randomBytes(4).toString('hex')}.tmp`;
  await mkdir(dirname(link), { recursive: true });
  await symlink(target, temporary);
  await rename(temporary, link);
}

/**
 * Points the symbolic link `link` to `target`; false if `target` does not exist. It is looked for after the link exists:
 * `tools --prune` deletes nothing that a link leads to, but may have deleted it just before.
 */
export async function linkExisting(link: string, target: string): Promise<boolean> {
  await updateSymlink(link, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  return access(target).then(
    () => true,
    () => false,
  );
}

/** @throws LabError unless `needed` bytes are free on the disk of `directory` */
export async function requireSpace(directory: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= needed) return;
  const inGigabytes = (bytes: number) => (bytes / 1e9).toFixed(1);
  throw new LabError(
    `Building the lab's tools requires about ${inGigabytes(needed)} GB of disk space; ${directory} has ${inGigabytes(free)} GB free.`,
    'Free some space, or point XDG_CACHE_HOME and GOCACHE to a larger disk, and run the same command again.',
  );
}

export interface LockOptions {
  /** Called with the elapsed seconds while another process holds the lock. */
  onWait: (seconds: number) => void;
  signal?: AbortSignal | undefined;
}

/** Runs `work` while holding the lock of `directory`. Waits while another process of this user holds it. */
export async function withLock<T>(
  directory: string,
  { onWait, signal }: LockOptions,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(directory, { recursive: true });
  const started = Date.now();
  for (;;) {
    signal?.throwIfAborted();
    // The timestamp of a lock is renewed every 2 s; a lock that is 10 s old belongs to a process that died.
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
