import { randomUUID } from 'node:crypto';
import { chmod, constants, copyFile, lstat, rename, rm, writeFile } from 'node:fs/promises';
import { ActionError, messageOf } from '../../lib/errors.ts';

export interface NewContent {
  /** Of a file that is there. */
  path: string;
  bytes: Uint8Array;
}

interface Prepared {
  path: string;
  /** The new content, beside the file. */
  next: string;
  /** A copy of the old one, beside the file. */
  previous: string;
}

type Move = (from: string, to: string) => Promise<void>;

/**
 * Replace all files or none, each in one step and with its mode kept, so that nobody ever sees half of one. Everything that needs room
 * on the disk is done first; what is left then are renames, forth or back.
 * @param move `rename`, but in tests
 * @throws what failed, with the old files in their places; {@link ActionError} naming the copies of those that could not be put back
 */
export async function replaceFiles(files: readonly NewContent[], move: Move = rename): Promise<void> {
  const mark = randomUUID().slice(0, 8);
  const prepared = files.map(({ path }) => ({
    path,
    next: `${path}.${mark}.next`,
    previous: `${path}.${mark}.previous`,
  }));
  const kept = new Set<string>();
  try {
    for (const [index, { bytes }] of files.entries()) await prepare(prepared[index] as Prepared, bytes);
    await moveAll(prepared, move, kept);
  } finally {
    for (const { next, previous } of prepared) {
      await rm(next, { force: true });
      if (!kept.has(previous)) await rm(previous, { force: true });
    }
  }
}

async function prepare({ path, next, previous }: Prepared, bytes: Uint8Array): Promise<void> {
  const { mode } = await lstat(path);
  await writeFile(next, bytes, { flag: 'wx' });
  await chmod(next, mode);
  await copyFile(path, previous, constants.COPYFILE_EXCL);
}

/** @param kept gets the copies that are the only ones left of their files */
async function moveAll(prepared: readonly Prepared[], move: Move, kept: Set<string>): Promise<void> {
  const moved: Prepared[] = [];
  try {
    for (const each of prepared) {
      await move(each.next, each.path);
      moved.push(each);
    }
  } catch (error) {
    const lost: string[] = [];
    for (const { path, previous } of moved) {
      await move(previous, path).catch((second: unknown) => {
        kept.add(previous);
        lost.push(`${path} (${messageOf(second)})`);
      });
    }
    if (lost.length === 0) throw error;
    throw new ActionError({
      what: 'the files were changed in part',
      why: `${messageOf(error)}; and these could not be put back: ${lost.join(', ')}`,
      next: `Put the old files back by hand, from ${[...kept].join(', ')}, or check the branch out anew.`,
      cause: error,
    });
  }
}
