import { readdir } from 'node:fs/promises';
import { PathError } from '../../lib/errors.ts';
import { readWorkspaceFile, resolveOutputPath } from '../../lib/workspace.ts';
import { type FileState, requireFiles } from './files.ts';
import type { Request } from './inputs.ts';
import { makePlan, type Plan, pathsOf } from './plan.ts';
import { type NewContent, replaceFiles } from './replace-files.ts';

/** Mode `worktree`: change the files of the checkout and nothing else. No token and no Git are needed. */
export async function editWorktree(request: Request & { dryRun: boolean }, workspace: string): Promise<Plan> {
  const files = new Map<string, FileState>();
  for (const path of pathsOf(request)) files.set(path, await stateOf(workspace, path));
  const plan = makePlan(
    request,
    await requireFiles(request, { files, list: (directory) => list(workspace, directory) }),
  );
  if (!request.dryRun) await replaceFiles(await Promise.all(plan.files.map((file) => placed(workspace, file))));
  return plan;
}

/** What is read is written later: no link may lead to it. */
async function stateOf(workspace: string, path: string): Promise<FileState> {
  const place = await resolveOutputPath({ workspace }, path);
  if ('problem' in place) return { kind: 'refused', why: place.problem };
  if (place.value.kind === 'missing') return { kind: 'missing' };
  const file = await readWorkspaceFile({ workspace }, path);
  return 'problem' in file ? { kind: 'refused', why: file.problem } : { kind: 'file', bytes: file.value };
}

/** Where a file is that was read, if that is still the same place. */
async function placed(workspace: string, { path, bytes }: NewContent): Promise<NewContent> {
  const place = await resolveOutputPath({ workspace }, path);
  if ('value' in place && place.value.kind === 'file') return { path: place.value.path, bytes };
  throw new PathError('charts', [{ path, problem: 'problem' in place ? place.problem : 'is no file any more' }]);
}

async function list(workspace: string, directory: string): Promise<string[] | undefined> {
  const place = await resolveOutputPath({ workspace }, directory);
  if ('problem' in place || place.value.kind !== 'directory') return undefined;
  const entries = await readdir(place.value.path, { withFileTypes: true });
  return entries
    .filter(({ name }) => name !== '.git')
    .map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
    .sort();
}
