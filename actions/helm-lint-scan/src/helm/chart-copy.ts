import { access, copyFile, mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface ChartCopy {
  /** Absolute. */
  directory: string;
  /** Empty a file of the copy. Returns false when the file does not exist. */
  empty(file: string): Promise<boolean>;
}

/** Never part of a chart, and large when the chart is the root of a repository. */
const SKIPPED_NAMES = new Set(['.git', 'node_modules']);

/**
 * Copy a chart's directory. Links are replaced by what they lead to.
 * @param temporary the directory of the run, which may be inside the chart
 */
export async function copyChart(directory: string, to: string, temporary: string): Promise<ChartCopy> {
  await copyDirectory(await realpath(directory), to, await realpath(temporary));
  return {
    directory: to,
    async empty(file) {
      const path = join(to, file);
      const exists = await access(path).then(
        () => true,
        () => false,
      );
      if (exists) await writeFile(path, '');
      return exists;
    },
  };
}

async function copyDirectory(from: string, to: string, temporary: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (SKIPPED_NAMES.has(name)) continue;
    const source = await realpath(join(from, name));
    const stats = await stat(source);
    // A link to a parent directory would never end.
    const isSkipped = source === temporary || `${from}${sep}`.startsWith(`${source}${sep}`);
    if (stats.isDirectory() && !isSkipped) await copyDirectory(source, join(to, name), temporary);
    else if (stats.isFile()) await copyFile(source, join(to, name));
  }
}
