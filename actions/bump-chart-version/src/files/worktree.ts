import { readdir } from 'node:fs/promises';
import { PathError } from '../../../lib/errors.ts';
import { readWorkspaceFile, resolveOutputPath } from '../../../lib/files/workspace.ts';
import { withPromotedImages } from '../images/promoted-images.ts';
import type { Request } from '../inputs/settings.ts';
import { makePlan, type Plan, pathsOf } from '../plan/plan.ts';
import { expandGlobs, globRoots, hasGlobs } from './expand-globs.ts';
import { type FileSource, type FileState, requireFiles } from './file-source.ts';
import { listFiles } from './list-files.ts';
import { type NewContent, replaceFiles } from './replace-files.ts';

/** Mode `worktree`: changes the files of the checkout only. Needs neither a token nor Git. */
export async function editWorktree(given: Request & { dryRun: boolean }, workspace: string): Promise<Plan> {
  const expanded = hasGlobs(given) ? expandGlobs(given, await listFiles(workspace, globRoots(given))) : given;
  const files = new Map<string, FileState>();
  for (const path of pathsOf(expanded)) files.set(path, await readFileState(workspace, path));
  const source: FileSource = { files, list: (directory) => listDirectory(workspace, directory) };
  const request = await withPromotedImages(expanded, source);
  const plan = makePlan(request, await requireFiles(request, source), { isCheckout: true });
  if (!request.dryRun) await replaceFiles(await Promise.all(plan.files.map((file) => withRealPath(workspace, file))));
  return plan;
}

/** A file that is read is written later: no link may lead to it. */
async function readFileState(workspace: string, path: string): Promise<FileState> {
  const resolved = await resolveOutputPath({ workspace }, path);
  if ('problem' in resolved) return { kind: 'refused', why: resolved.problem };
  if (resolved.value.kind === 'missing') return { kind: 'missing' };
  const file = await readWorkspaceFile({ workspace }, path);
  return 'problem' in file ? { kind: 'refused', why: file.problem } : { kind: 'file', bytes: file.value };
}

/** The real path of a file that was read, if it is still the same. */
async function withRealPath(workspace: string, { path, bytes }: NewContent): Promise<NewContent> {
  const resolved = await resolveOutputPath({ workspace }, path);
  if ('value' in resolved && resolved.value.kind === 'file') return { path: resolved.value.path, bytes };
  throw new PathError('charts', [{ path, problem: 'problem' in resolved ? resolved.problem : 'is no longer a file' }]);
}

async function listDirectory(workspace: string, directory: string): Promise<string[] | undefined> {
  const resolved = await resolveOutputPath({ workspace }, directory);
  if ('problem' in resolved || resolved.value.kind !== 'directory') return undefined;
  const entries = await readdir(resolved.value.path, { withFileTypes: true });
  return entries
    .filter(({ name }) => name !== '.git')
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}
