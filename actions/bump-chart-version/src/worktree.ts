import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { insideWorkspace } from '../../lib/workspace.ts';
import { type FileState, requireFiles } from './files.ts';
import type { Request } from './inputs.ts';
import { makePlan, type Plan, pathsOf } from './plan.ts';
import { replaceFiles } from './replace-files.ts';

/** Mode `worktree`: change the files of the checkout and nothing else. No token and no Git are needed. */
export async function editWorktree(request: Request & { dryRun: boolean }, workspace: string): Promise<Plan> {
  const files = new Map<string, FileState>();
  for (const path of pathsOf(request)) files.set(path, await stateOf(workspace, path));
  const plan = makePlan(request, await requireFiles(request, { files, list: (folder) => list(workspace, folder) }));
  if (!request.dryRun)
    await replaceFiles(plan.files.map(({ path, bytes }) => ({ path: join(workspace, path), bytes })));
  return plan;
}

async function stateOf(workspace: string, path: string): Promise<FileState> {
  const place = await insideWorkspace(workspace, path);
  if ('problem' in place) return { kind: 'refused', why: `${place.problem} (a link leads there)` };
  const state = await lstat(join(workspace, path)).catch(ignoreMissing);
  if (state === undefined) return { kind: 'missing' };
  if (state.isSymbolicLink()) return { kind: 'refused', why: 'is a symbolic link; name the file that it points to' };
  if (!state.isFile()) return { kind: 'refused', why: state.isDirectory() ? 'is a folder' : 'is not a file' };
  return { kind: 'file', bytes: await readFile(place.value) };
}

async function list(workspace: string, folder: string): Promise<string[] | undefined> {
  if ('problem' in (await insideWorkspace(workspace, folder))) return undefined;
  const entries = await readdir(join(workspace, folder), { withFileTypes: true }).catch(ignoreMissing);
  return entries
    ?.filter(({ name }) => name !== '.git')
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
