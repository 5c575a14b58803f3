import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { ARGOCD_ROOTFS, REDIS_ROOTFS } from '../cluster/images.ts';
import { BUILD_ROOTFS, getRootfsFile, type Rootfs, RUNTIME_ROOTFS } from '../images/rootfs.ts';
import { cacheDir, projectDir } from '../paths.ts';
import { listUsedDirectories } from '../tools/index.ts';
import { formatSize, ignoreMissing, measureDisk } from './disk-usage.ts';
import { type PruneOptions, pruneCache } from './prune.ts';

/** All root file systems of the lab. */
export const ROOT_FILE_SYSTEMS: readonly Rootfs[] = [RUNTIME_ROOTFS, BUILD_ROOTFS, ARGOCD_ROOTFS, REDIS_ROOTFS];

/** Deletes from the user's cache what no checkout and no running process uses. */
export async function prune(options: Pick<PruneOptions, 'dryRun' | 'report' | 'signal'>): Promise<void> {
  const systems = ROOT_FILE_SYSTEMS.map((system) => `images/${getRootfsFile(system)}`);
  const directories = (await listUsedDirectories()).map((name) => `tools/${name}`);
  await pruneCache({
    ...options,
    cache: cacheDir(),
    checkout: projectDir,
    used: new Set([...systems, ...directories]),
  });
}

/** What the parts of the cache are to a user. */
const TITLES: Record<string, string> = { tools: 'tools', images: 'root file systems', terraform: 'stub providers' };

/** Lines that say what is in `cache`, how large it is and which commands delete it. Empty if it does not exist. */
export async function describeCache(cache: string): Promise<string[]> {
  if (!(await lstat(cache).catch(ignoreMissing))) return [];
  const directory = await realpath(cache);
  const parts = (await readdir(directory)).filter((name) => TITLES[name]);
  const sizes = await Promise.all(
    parts.map(async (name) => `${TITLES[name]} ${formatSize(await measureDisk(join(directory, name)))}`),
  );
  const total = formatSize(await measureDisk(directory));
  return [
    `The cache of all labs stays, ${total}${sizes.length > 0 ? ` (${sizes.join(', ')})` : ''}: ${cache}`,
    'To delete what no checkout uses: npm run lab -- tools --prune',
    `To delete all of it: rm -r ${quote(cache)}`,
  ];
}

/** A path as one word for a shell. */
const quote = (path: string): string => (/^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);
