import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { resolveOutputPath } from '../../../lib/files/workspace.ts';

/** Directories that no glob enters: Git's own, and those of other people's files. */
const SKIPPED = new Set(['.git', 'node_modules']);

/** Whether a glob can match a file. */
export const isListed = (path: string): boolean => !path.split('/').some((segment) => SKIPPED.has(segment));

/**
 * The files below some directories of the checkout, as Git writes their paths. Links are listed as files and not followed.
 * @param directories as Git writes them; `.` is the root
 */
export async function listFiles(workspace: string, directories: readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  const pending = [...directories];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const entry of await entriesOf(workspace, directory)) {
      const path = directory === '.' ? entry.name : `${directory}/${entry.name}`;
      if (!entry.isDirectory()) files.add(path);
      else if (isListed(path)) pending.push(path);
    }
  }
  return [...files];
}

/** The entries of a directory; none when it does not exist or a link leads to it. */
async function entriesOf(workspace: string, directory: string): Promise<Dirent[]> {
  const resolved = await resolveOutputPath({ workspace }, directory);
  if ('problem' in resolved || resolved.value.kind !== 'directory') return [];
  return readdir(resolved.value.path, { withFileTypes: true });
}
