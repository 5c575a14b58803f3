import { readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { findCheckout, hashCheckout, isCheckout, readLinkTargets } from '../tools/checkouts.ts';
import { ignoreMissing } from './disk-usage.ts';

/** A directory in the cache, with links to the tools and root file systems of one checkout. */
export interface LinkDirectory {
  name: string;
  /** Undefined if no link leads to it. */
  checkout: string | undefined;
  /** Whether the checkout has been deleted. False if it is unknown. */
  abandoned: boolean;
}

/** The directories of links in `cache`. A symbolic link to a directory is none. */
export async function listLinkDirectories(cache: string): Promise<LinkDirectory[]> {
  const bin = join(cache, 'bin');
  const entries = (await readdir(bin, { withFileTypes: true }).catch(ignoreMissing)) ?? [];
  const names = entries.filter((entry) => entry.isDirectory() && !entry.name.endsWith('.tmp')).map(({ name }) => name);
  return Promise.all(
    names.map(async (name) => {
      const checkout = findCheckout(name, await readLinkTargets(join(bin, name)));
      return { name, checkout, abandoned: checkout !== undefined && !(await isCheckout(checkout)) };
    }),
  );
}

/** What checkouts other than `checkout` use, as `tools/NAME` or `images/NAME`: what the links of those that exist lead to. */
export async function findLinked(cache: string, checkout: string): Promise<Set<string>> {
  const others = (await listLinkDirectories(cache)).filter(
    ({ name, abandoned }) => !abandoned && name !== hashCheckout(checkout),
  );
  const targets = await Promise.all(others.map(({ name }) => readLinkTargets(join(cache, 'bin', name))));
  return toEntries(cache, targets.flat());
}

/** What processes of this machine run from the cache, as `tools/NAME`. */
export async function findRunning(cache: string): Promise<Set<string>> {
  const processes = (await readdir('/proc').catch(ignoreMissing)) ?? [];
  const programs = await Promise.all(
    processes
      .filter((name) => /^\d+$/.test(name))
      // Processes end at any time, and those of other users are not readable.
      .map((pid) => readlink(`/proc/${pid}/exe`).catch(() => undefined)),
  );
  return toEntries(
    cache,
    programs.filter((program) => program !== undefined),
  );
}

/**
 * The first two parts of the paths in `cache` that `targets` lead to: of each target itself, because it may be a link out of the
 * cache, and of the file behind it.
 */
async function toEntries(cache: string, targets: readonly string[]): Promise<Set<string>> {
  const root = await realpath(cache);
  const paths = await Promise.all(
    targets.map(async (target) => [await resolveParent(target), await realpath(target).catch(() => target)]),
  );
  const found = new Set<string>();
  for (const path of paths.flat()) {
    const [kind, name] = relative(root, path).split(sep);
    if (kind && kind !== '..' && name) found.add(`${kind}/${name}`);
  }
  return found;
}

/** `path` with the links of its parent directories resolved, as far as these exist. */
async function resolveParent(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  const resolved = await realpath(parent).catch(() => resolveParent(parent));
  return join(resolved, basename(path));
}
