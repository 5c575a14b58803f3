import { readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { relativeInside } from '../../../lib/files/workspace.ts';
import type { Files } from '../inputs/files.ts';

/** A file of a chart, as Helm finds it by following links. */
export interface ChartFilePath {
  /** In the chart: `templates/web.yaml`. */
  path: string;
  /** In the repository, without links: where Git knows it. */
  real: string;
}

/** The path of something in the repository without links, or `undefined` where nothing exists. */
export async function realPath(files: Files, path: string): Promise<string | undefined> {
  const place = await files.locate(path);
  if ('problem' in place || place.value.kind === 'missing') return undefined;
  const inside = relativeInside(await realpath(files.root), place.value.path);
  return inside?.replaceAll(sep, '/');
}

/** Every file in a directory, also behind links. The directory must be safe: see `unsafePaths` of {@link Files}. */
export async function listChartFiles(files: Files, directory: string): Promise<ChartFilePath[]> {
  const found: ChartFilePath[] = [];
  const walk = async (path: string, real: string): Promise<void> => {
    for (const entry of await readdir(files.absolute(join(directory, path)), { withFileTypes: true })) {
      if (entry.name === '.git') continue;
      const child = join(path, entry.name).replaceAll(sep, '/');
      const place = real === '' ? entry.name : `${real}/${entry.name}`;
      if (entry.isDirectory()) await walk(child, place);
      else if (entry.isFile()) found.push({ path: child, real: place });
      else await follow(child);
    }
  };
  const follow = async (path: string): Promise<void> => {
    const place = await files.locate(join(directory, path));
    const real = await realPath(files, join(directory, path));
    if ('problem' in place || real === undefined) return;
    if (place.value.kind === 'directory') await walk(path, real);
    else found.push({ path, real });
  };
  await walk('', (await realPath(files, directory)) ?? directory);
  return found;
}
