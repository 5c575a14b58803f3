/** Keeps pull requests in sync with their branches. */

import { mergeTrees, writeCommit } from '../git/commits.ts';
import { ZERO } from '../git/repository.ts';
import type { Move } from '../refs/move.ts';
import type { RepositoryCall, RepositoryScope } from '../repository-call.ts';
import { now } from '../store/store.ts';
import type { Pull } from '../store/types.ts';
import { emitPull } from './events.ts';

/** Writes `refs/pull/N/head` and, when the merge is clean, `refs/pull/N/merge`. @returns the updated pull request */
export async function updatePullRefs(scope: RepositoryScope, pull: Pull): Promise<Pull> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const tree = await mergeTrees(git, pull.baseSha, pull.headSha);
  const testMergeSha = tree
    ? await writeCommit(git, core.signing, {
        tree,
        parents: [pull.baseSha, pull.headSha],
        message: `Merge ${pull.headSha} into ${pull.baseSha}`,
        author: core.getAccount(pull.login),
      })
    : null;
  const merge = testMergeSha ? `update refs/pull/${pull.number}/merge ${testMergeSha}\n` : '';
  await git.git(['update-ref', '--stdin'], { input: `update refs/pull/${pull.number}/head ${pull.headSha}\n${merge}` });
  return core.store.pulls.put(repository.id, pull.number, { ...pull, testMergeSha });
}

/** Updates the open pull requests from and into a branch that has moved. */
export async function syncPulls(call: RepositoryCall, move: Move): Promise<void> {
  if (!move.ref.startsWith('refs/heads/')) return;
  const branch = move.ref.slice('refs/heads/'.length);
  const open = call.core.store.pulls.list(call.repository.id).filter((pull) => pull.state === 'open');
  for (const pull of open) {
    if (pull.headRef === branch) await syncHead(call, pull, move);
    else if (pull.baseRef === branch) await syncBase(call, pull, move);
  }
}

async function syncHead(call: RepositoryCall, pull: Pull, { before, after }: Move): Promise<void> {
  if (after === ZERO) {
    await closePull(call, pull);
    return;
  }
  const updated = await updatePullRefs(call, { ...pull, headSha: after, updatedAt: now() });
  await emitPull(call, updated, { action: 'synchronize', before, after });
}

async function syncBase(call: RepositoryCall, pull: Pull, { after }: Move): Promise<void> {
  const { core, repository, actor } = call;
  if (after === ZERO) {
    await closePull(call, pull);
    return;
  }
  if (await core.git(repository).isAncestor(pull.headSha, after)) {
    await closePull(call, { ...pull, mergedAt: now(), mergedBy: actor.account.login, mergeCommitSha: after });
    return;
  }
  await updatePullRefs(call, { ...pull, baseSha: after });
}

/** Saves a pull request, merged or not, as closed and emits the event. */
export async function closePull(call: RepositoryCall, pull: Pull): Promise<Pull> {
  const { core, repository } = call;
  const time = now();
  const closed: Pull = { ...pull, state: 'closed', closedAt: time, updatedAt: time, autoMerge: null };
  core.store.pulls.put(repository.id, pull.number, closed);
  await emitPull(call, closed, { action: 'closed' });
  return closed;
}
