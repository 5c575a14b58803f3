import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { InvalidPath } from '../../../lib/errors.ts';
import { type AllowedPaths, resolvePath } from '../../../lib/files/workspace.ts';

/** Helm reads a file again for each link that leads to it: with two links in each of thirty directories, a thousand million times. */
const MAX_REPEATED = 10_000;

/** A walk through a chart that follows links, as Helm does. */
interface Walk {
  area: AllowedPaths;
  invalid: InvalidPath[];
  /** The directories that contain the current one, without links. */
  ancestors: string[];
  /** How many entries Helm reads in a directory and its subdirectories, by its path without links. */
  counts: Map<string, number>;
  /** How many entries exist. */
  distinct: number;
}

/**
 * Paths in a chart's directory, and in directories that links lead to, that Helm must not read: links that lead out of the workspace, to
 * nothing or in a circle, pipes and the like. Helm's own errors for all but the first name only a path of the runner.
 * @param directory its path in the repository
 * @param real the same without links
 */
export async function findUnsafePaths(area: AllowedPaths, directory: string, real: string): Promise<InvalidPath[]> {
  const walk: Walk = { area, invalid: [], ancestors: [], counts: new Map(), distinct: 0 };
  const entries = await countEntries(walk, { path: directory, real, link: directory });
  if (entries - walk.distinct <= MAX_REPEATED) return walk.invalid;
  const problem = `has links that lead to the same files more than ${MAX_REPEATED.toLocaleString('en')} times`;
  return [...walk.invalid, { path: directory, problem }];
}

/** @param link the last link that was followed, or the chart's directory */
async function countEntries(
  walk: Walk,
  { path, real, link }: { path: string; real: string; link: string },
): Promise<number> {
  if (walk.ancestors.includes(real)) {
    walk.invalid.push({ path: link, problem: 'is a link that leads to itself' });
    return 0;
  }
  const known = walk.counts.get(real);
  if (known !== undefined) return known;
  walk.ancestors.push(real);
  let entries = 0;
  for (const entry of await readdir(real, { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    entries++;
    walk.distinct++;
    const child = join(path, entry.name).replaceAll(sep, '/');
    if (entry.isFile()) continue;
    if (entry.isDirectory()) {
      entries += await countEntries(walk, { path: child, real: join(real, entry.name), link });
      continue;
    }
    const place = await resolvePath(walk.area, child);
    if ('problem' in place) walk.invalid.push({ path: child, problem: place.problem });
    else if (place.value.kind === 'directory')
      entries += await countEntries(walk, { path: child, real: place.value.path, link: child });
  }
  walk.ancestors.pop();
  walk.counts.set(real, entries);
  return entries;
}
