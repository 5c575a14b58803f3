import type { Core } from './core.ts';
import { refreshRefs } from './pulls/follow.ts';
import { now } from './store/store.ts';
import type { Pull, Repository } from './store/types.ts';

/**
 * Brings pull requests and runs in line with what a killed hub left: refs are moved before the records that follow them, so
 * Git is right.
 */
export async function recover(core: Core): Promise<void> {
  for (const repository of core.repositories()) {
    const open = core.store.pulls.list(repository.id).filter((pull) => pull.state === 'open');
    for (const pull of open) await recoverPull(core, repository, pull);
  }
  for (const run of core.runs.list()) {
    if (run.status !== 'completed') core.runs.updateRun(run.id, { status: 'completed', conclusion: 'cancelled' });
  }
}

async function recoverPull(core: Core, repository: Repository, pull: Pull): Promise<void> {
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
  await refreshRefs(core, repository, { ...pull, headSha: head.oid, baseSha: base.oid });
}
