import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Core } from './core.ts';
import { updatePullRefs } from './pulls/sync.ts';
import type { RepositoryScope } from './repository-call.ts';
import { now } from './store/store.ts';
import type { Pull } from './store/types.ts';

/**
 * Updates the pull requests and runs that a killed hub left behind. Refs move before the records that follow from them, so
 * Git is right.
 */
export async function recover(core: Core): Promise<void> {
  removeLeftovers(core.assetDirectory, (name) => name.endsWith('.part'));
  for (const repository of core.repositories()) {
    const directory = core.gitDirectory(repository);
    removeLeftovers(directory, (name) => /^(index|incoming|quarantine)-/.test(name) || name === 'packed-refs.lock');
    removeLeftovers(join(directory, 'refs'), (name) => name.endsWith('.lock'));
    const open = core.store.pulls.list(repository.id).filter((pull) => pull.state === 'open');
    for (const pull of open) await recoverPull({ core, repository }, pull);
  }
  for (const run of core.runs.list()) {
    if (run.status !== 'completed') core.runs.updateRun(run.id, { status: 'completed', conclusion: 'cancelled' });
  }
}

/**
 * Removes what killed processes left in a directory: partial files, and locks of refs, which Git never removes itself. No
 * name of a ref can end in `.lock`.
 */
function removeLeftovers(directory: string, isLeftover: (name: string) => boolean): void {
  const isRefs = directory.endsWith('refs');
  for (const path of readdirSync(directory, { recursive: isRefs, encoding: 'utf8' })) {
    if (isLeftover(path)) rmSync(join(directory, path), { recursive: true, force: true });
  }
}

async function recoverPull(scope: RepositoryScope, pull: Pull): Promise<void> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const head = await git.ref(`refs/heads/${pull.headRef}`);
  const base = await git.ref(`refs/heads/${pull.baseRef}`);
  if (!head || !base) {
    core.store.pulls.put(repository.id, pull.number, { ...pull, state: 'closed', closedAt: now() });
    return;
  }
  if (head.oid === pull.headSha && base.oid === pull.baseSha) return;
  if (await git.isAncestor(pull.headSha, base.oid)) {
    const time = now();
    const merged = { mergedAt: time, mergedBy: pull.login, mergeCommitSha: base.oid };
    core.store.pulls.put(repository.id, pull.number, { ...pull, ...merged, state: 'closed', closedAt: time });
    return;
  }
  await updatePullRefs(scope, { ...pull, headSha: head.oid, baseSha: base.oid });
}
