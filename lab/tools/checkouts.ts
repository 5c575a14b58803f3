import { createHash } from 'node:crypto';
import { access, readdir, readlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Name of the link, in a directory of links to tools, that leads to the checkout that the directory belongs to. */
export const CHECKOUT_LINK = '.checkout';

/** Name of the directory of links to the tools of a checkout. */
export const hashCheckout = (checkout: string): string =>
  createHash('sha256').update(checkout).digest('hex').slice(0, 10);

/** The targets of the symbolic links in `directory`, as absolute paths. They need not exist. */
export async function readLinkTargets(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const links = entries.filter((entry) => entry.isSymbolicLink()).map(({ name }) => join(directory, name));
  const targets = await Promise.all(
    // Another process may replace a link at any time.
    links.map(async (link) => readlink(link).catch(() => undefined)),
  );
  return targets.filter((target) => target !== undefined).map((target) => resolve(directory, target));
}

/**
 * The checkout that the directory of links with this `hash` and these `targets` belongs to; undefined if no link leads into it.
 * Directories of older versions have no {@link CHECKOUT_LINK}, but links to programs of their checkout.
 */
export function findCheckout(hash: string, targets: readonly string[]): string | undefined {
  for (const target of targets) {
    for (let path = target; path !== dirname(path); path = dirname(path)) {
      if (hashCheckout(path) === hash) return path;
    }
  }
  return undefined;
}

/** Whether `directory` is still a checkout of this project. */
export const isCheckout = (directory: string): Promise<boolean> =>
  access(join(directory, 'lab', 'cli.ts')).then(
    () => true,
    () => false,
  );
