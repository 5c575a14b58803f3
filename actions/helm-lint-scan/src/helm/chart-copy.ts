import { access, copyFile, mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface ChartCopy {
  /** Absolute. */
  directory: string;
  /** Make a file of the copy empty; false when there is no such file. */
  empty(file: string): Promise<boolean>;
}

/** Never part of a chart, and large where a chart is the root of a repository. */
const SKIPPED_NAMES = new Set(['.git', 'node_modules']);

/**
 * Copy a chart's directory, with what its links lead to.
 * @param temporary the directory of the run, which may lie inside what is copied
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
    // A link to a directory above would go on without end.
    const isSkipped = source === temporary || `${from}${sep}`.startsWith(`${source}${sep}`);
    if (stats.isDirectory() && !isSkipped) await copyDirectory(source, join(to, name), temporary);
    else if (stats.isFile()) await copyFile(source, join(to, name));
  }
}
