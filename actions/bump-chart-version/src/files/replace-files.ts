import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, constants, copyFile, lchown, lstat, rename, rm, writeFile } from 'node:fs/promises';
import { ActionError, messageOf } from '../../../lib/errors.ts';

export interface NewContent {
  /** The path of an existing file. */
  path: string;
  bytes: Uint8Array;
}

/** A file that is ready to be replaced. */
interface PreparedFile {
  path: string;
  /** The new content, beside the file. */
  next: string;
  /** A copy of the old content, beside the file. */
  previous: string;
}

type Move = (from: string, to: string) => Promise<void>;

/**
 * Replaces all files or none, each atomically and with its mode and owner kept, so that no reader ever sees half a file. Everything that needs disk
 * space is done first; only renames remain, forward or back.
 * @param move `rename`, except in tests
 * @throws what failed, with the old files restored; {@link ActionError} naming the copies of those that could not be restored
 */
export async function replaceFiles(files: readonly NewContent[], move: Move = rename): Promise<void> {
  const suffix = randomUUID().slice(0, 8);
  const prepared = files.map(({ path }) => ({
    path,
    next: `${path}.${suffix}.next`,
    previous: `${path}.${suffix}.previous`,
  }));
  let unrestored: readonly UnrestoredFile[] = [];
  try {
    for (const [index, { bytes }] of files.entries()) await prepare(prepared[index] as PreparedFile, bytes);
    const failure = await moveAll(prepared, move);
    if (failure !== undefined) {
      unrestored = failure.unrestored;
      throw unrestored.length === 0 ? failure.error : partialChange(failure);
    }
  } finally {
    const kept = new Set(unrestored.map(({ previous }) => previous));
    for (const { next, previous } of prepared) {
      await rm(next, { force: true });
      if (!kept.has(previous)) await rm(previous, { force: true });
    }
  }
}

async function prepare({ path, next, previous }: PreparedFile, bytes: Uint8Array): Promise<void> {
  const stats = await lstat(path);
  await writeFile(next, bytes, { flag: 'wx' });
  await keepOwnerAndMode(next, stats);
  await copyFile(path, previous, constants.COPYFILE_EXCL);
  await keepOwnerAndMode(previous, stats);
}

/**
 * In a container job the step is root, and the files are another user's; only root can give a file away. The mode comes last, because a new
 * owner clears parts of it (https://man7.org/linux/man-pages/man2/chown.2.html).
 */
async function keepOwnerAndMode(path: string, { uid, gid, mode }: Stats): Promise<void> {
  if (process.getuid?.() === 0) await lchown(path, uid, gid);
  await chmod(path, mode);
}

interface UnrestoredFile {
  path: string;
  /** The only copy of the file's old content. */
  previous: string;
  error: unknown;
}

interface MoveFailure {
  error: unknown;
  /** The files that have their new content, because moving the old content back failed. */
  unrestored: UnrestoredFile[];
}

/** Moves the new content of all files into place. After a failure, the files before it are restored. */
async function moveAll(prepared: readonly PreparedFile[], move: Move): Promise<MoveFailure | undefined> {
  const moved: PreparedFile[] = [];
  try {
    for (const file of prepared) {
      await move(file.next, file.path);
      moved.push(file);
    }
    return undefined;
  } catch (error) {
    return { error, unrestored: await restore(moved, move) };
  }
}

async function restore(moved: readonly PreparedFile[], move: Move): Promise<UnrestoredFile[]> {
  const unrestored: UnrestoredFile[] = [];
  for (const { path, previous } of moved) {
    await move(previous, path).catch((error: unknown) => {
      unrestored.push({ path, previous, error });
    });
  }
  return unrestored;
}

function partialChange({ error, unrestored }: MoveFailure): ActionError {
  const files = unrestored.map((file) => `${file.path} (${messageOf(file.error)})`).join(', ');
  const copies = unrestored.map(({ previous }) => previous).join(', ');
  return new ActionError({
    what: 'only some of the files were changed',
    why: `${messageOf(error)}; these files could not be restored: ${files}`,
    next: `Restore the old files from ${copies}, or check out the branch again.`,
    cause: error,
  });
}
