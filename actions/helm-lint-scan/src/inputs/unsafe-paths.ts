import { readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { InvalidPath } from '../../../lib/errors.ts';
import { type AllowedPaths, resolvePath } from '../../../lib/workspace.ts';

/** Links of a chart may lead to the same files again, but Helm reads them each time: thirty directories with two links each would be a thousand million. */
const MAX_AGAIN = 10_000;

/** A walk through a chart as Helm does it: through links as well. */
interface Walk {
  area: AllowedPaths;
  faults: InvalidPath[];
  /** The directories on the way to where the walk is, without links. */
  way: string[];
  /** How many entries Helm meets in and below a directory, by its path without links. */
  counts: Map<string, number>;
  /** How many entries there are. */
  distinct: number;
}

/**
 * What Helm must not be given in a chart's directory, also in directories that links lead to: links that lead elsewhere, to nothing or in a circle,
 * pipes and the like. Of all but the first Helm itself would say no more than a place of the runner.
 * @param directory as the repository names it
 * @param real the same without links
 */
export async function findUnsafePaths(area: AllowedPaths, directory: string, real: string): Promise<InvalidPath[]> {
  const walk: Walk = { area, faults: [], way: [], counts: new Map(), distinct: 0 };
  const met = await count(walk, { path: directory, real, link: directory });
  if (met - walk.distinct <= MAX_AGAIN) return walk.faults;
  const problem = `has links that lead to the same files more than ${MAX_AGAIN.toLocaleString('en')} times`;
  return [...walk.faults, { path: directory, problem }];
}

/** @param link the last one on the way, or the chart's directory */
async function count(walk: Walk, { path, real, link }: { path: string; real: string; link: string }): Promise<number> {
  if (walk.way.includes(real)) {
    walk.faults.push({ path: link, problem: 'is a link that leads to itself' });
    return 0;
  }
  const known = walk.counts.get(real);
  if (known !== undefined) return known;
  walk.way.push(real);
  let met = 0;
  for (const entry of await readdir(real, { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    met++;
    walk.distinct++;
    const below = join(path, entry.name).replaceAll(sep, '/');
    if (entry.isFile()) continue;
    if (entry.isDirectory()) {
      met += await count(walk, { path: below, real: join(real, entry.name), link });
      continue;
    }
    const place = await resolvePath(walk.area, below);
    if ('problem' in place) walk.faults.push({ path: below, problem: place.problem });
    else if (place.value.kind === 'directory')
      met += await count(walk, { path: below, real: place.value.path, link: below });
  }
  walk.way.pop();
  walk.counts.set(real, met);
  return met;
}
