import { access, copyFile, mkdir, readdir, realpath, stat, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';

export interface ChartCopy {
  /** Absolute. */
  directory: string;
  /** Make a file of the copy empty; false when there is no such file. */
  empty(file: string): Promise<boolean>;
}

/** Never part of a chart, and large where a chart is the root of a repository. */
const SKIPPED = new Set(['.git', 'node_modules']);

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
      const there = await access(path).then(
        () => true,
        () => false,
      );
      if (there) await writeFile(path, '');
      return there;
    },
  };
}

async function copyDirectory(from: string, to: string, temporary: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (SKIPPED.has(name)) continue;
    const source = await realpath(join(from, name));
    const kind = await stat(source);
    // A link to a directory above would go on without end.
    const skipped = source === temporary || `${from}${sep}`.startsWith(`${source}${sep}`);
    if (kind.isDirectory() && !skipped) await copyDirectory(source, join(to, name), temporary);
    else if (kind.isFile()) await copyFile(source, join(to, name));
  }
}
