import { randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { withLock } from '../tools/cache.ts';
import { formatSize, ignoreMissing, joinBytes, measureDisk } from './disk-usage.ts';
import { findLinked, findRunning, listLinkDirectories } from './users.ts';

export interface PruneOptions {
  /** The user's cache. */
  cache: string;
  /** This checkout, whose own links keep nothing: `used` does. */
  checkout: string;
  /** What this checkout uses, as `tools/NAME` or `images/NAME`. */
  used: ReadonlySet<string>;
  /** List what would be deleted, and delete nothing. */
  dryRun: boolean;
  /** Called with one line per deleted entry, and with a summary. */
  report: (line: string) => void;
  signal?: AbortSignal | undefined;
}

/** The directories of the cache to delete from, and what they contain. */
const KINDS = { tools: 'tool', images: 'root file system', bin: 'links' } as const;

type Kind = keyof typeof KINDS;

interface Entry {
  kind: Kind;
  /** Not necessarily valid UTF-8. */
  name: Buffer;
}

/**
 * Deletes from the cache what neither this checkout, nor another one that exists, nor a running process uses. Waits while
 * another process installs something.
 *
 * @throws LabError if a directory of the cache is a symbolic link, because this deletes nothing outside of the cache; or if a
 *   file cannot be deleted
 */
export async function pruneCache(options: PruneOptions): Promise<void> {
  const { cache, report, signal } = options;
  if (!(await isDirectory(cache))) return report(`There is nothing in ${cache}.`);
  const existing: Kind[] = [];
  for (const kind of Object.keys(KINDS) as Kind[]) if (await isDirectory(join(cache, kind))) existing.push(kind);

  let work = () => prune(existing, options);
  for (const kind of existing.filter((name) => name !== 'bin')) {
    const inner = work;
    let isReported = false;
    const onWait = () => {
      if (!isReported) report(`waiting for another process that creates ${KINDS[kind]}s`);
      isReported = true;
    };
    work = () => withLock(join(cache, kind), { onWait, signal }, inner);
  }
  await work();
}

async function isDirectory(path: string): Promise<boolean> {
  const entry = await lstat(path).catch(ignoreMissing);
  if (!entry) return false;
  if (entry.isDirectory()) return true;
  throw new LabError(
    `${path} is ${entry.isSymbolicLink() ? 'a symbolic link' : 'not a directory'}. Nothing was deleted.`,
    'To have the cache elsewhere, set XDG_CACHE_HOME instead of a link; or delete by hand what is there.',
  );
}

/** Requires the locks of all `kinds` that have one. */
async function prune(kinds: readonly Kind[], options: PruneOptions): Promise<void> {
  const { cache, dryRun, report, signal } = options;
  let freed = 0;
  let count = 0;
  for (const entry of await findUnused(kinds, options)) {
    signal?.throwIfAborted();
    const bytes = await measureDisk(joinBytes(join(cache, entry.kind), entry.name));
    if (!dryRun && !(await remove(entry, options))) continue;
    report(`${dryRun ? 'would delete' : 'deleted'} ${KINDS[entry.kind]} ${describeName(entry)} (${formatSize(bytes)})`);
    freed += bytes;
    count += 1;
  }
  const remaining = formatSize((await measureDisk(cache)) - (dryRun ? freed : 0));
  const summary = `${count} unused ${count === 1 ? 'entry' : 'entries'}, ${formatSize(freed)}`;
  if (count === 0) report(`Nothing in ${cache} is unused (${remaining}).`);
  else if (dryRun) report(`Would delete ${summary}; ${remaining} would stay in ${cache}. Nothing was deleted.`);
  else report(`Deleted ${summary}; ${remaining} stay in ${cache}.`);
}

/** Everything that nothing uses. Reports what is kept although this checkout does not use it, if the user cannot know why. */
async function findUnused(kinds: readonly Kind[], { cache, checkout, used, report }: PruneOptions): Promise<Entry[]> {
  const kept = new Set([...used, ...(await findLinked(cache, checkout))]);
  for (const directory of await listLinkDirectories(cache)) {
    if (!directory.abandoned) kept.add(`bin/${directory.name}`);
    if (!directory.checkout) report(`kept bin/${directory.name} and what it links to: its checkout is unknown`);
  }
  for (const name of await findRunning(cache)) {
    if (!kept.has(name)) report(`kept ${name}: a process runs it`);
    kept.add(name);
  }

  const entries = await Promise.all(
    kinds.map(async (kind) => {
      const names = await readdir(join(cache, kind), { encoding: 'buffer' });
      return names.toSorted(Buffer.compare).map((name): Entry => ({ kind, name }));
    }),
  );
  return entries.flat().filter(({ kind, name }) => String(name) !== 'lock' && !kept.has(`${kind}/${name}`));
}

/**
 * Deletes `entry` unless a checkout has begun to use it. It is renamed first, so that it is never incomplete under its name;
 * what remains after a crash is deleted by the next call. A process that links to it looks afterwards whether it still
 * exists (`linkExisting`), and this function looks after the renaming whether a link exists: one of them notices the other.
 */
async function remove({ kind, name }: Entry, { cache, checkout }: PruneOptions): Promise<boolean> {
  const path = joinBytes(join(cache, kind), name);
  const aside = join(cache, kind, `${randomBytes(4).toString('hex')}.tmp`);
  try {
    await rename(path, aside);
    if ((await findLinked(cache, checkout)).has(`${kind}/${name}`)) {
      await rename(aside, path);
      return false;
    }
    await rm(aside, { recursive: true, force: true });
    return true;
  } catch (error) {
    throw new LabError(
      `${join(cache, kind)}/${describeName({ kind, name })} cannot be deleted: ${(error as Error).message}`,
      'Run the same command as the user who owns the files, usually root.',
      { cause: error },
    );
  }
}

/** A name as printable text: escape sequences in it do not reach the terminal. */
function describeName({ name }: Entry): string {
  const text = String(name);
  if (/^[\w.+@-]+$/.test(text)) return text;
  return JSON.stringify(text).replaceAll(/[^ -~]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
