/** Keeps pull requests in step with the branches they join. */
import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { mergeTrees, writeCommit } from '../git/commits.ts';
import { ZERO } from '../git/repository.ts';
import type { Move } from '../refs/move.ts';
import { now } from '../store/store.ts';
import type { Pull, Repository } from '../store/types.ts';
import { emitPull } from './events.ts';

/** Writes `refs/pull/N/head` and, when the merge is clean, `refs/pull/N/merge`. Returns the pull request as it is then. */
export async function refreshRefs(core: Core, repository: Repository, pull: Pull): Promise<Pull> {
  const git = core.git(repository);
  const tree = await mergeTrees(git, pull.baseSha, pull.headSha);
  const testMergeSha = tree
    ? await writeCommit(git, core.signing, {
        tree,
        parents: [pull.baseSha, pull.headSha],
        message: `Merge ${pull.headSha} into ${pull.baseSha}`,
        author: core.accountOf(pull.login),
      })
    : null;
  const merge = testMergeSha ? `update refs/pull/${pull.number}/merge ${testMergeSha}\n` : '';
  await git.git(['update-ref', '--stdin'], { input: `update refs/pull/${pull.number}/head ${pull.headSha}\n${merge}` });
  return core.store.pulls.put(repository.id, pull.number, { ...pull, testMergeSha });
}

/** What a moved branch means for the open pull requests from it and into it. */
export async function followRef(core: Core, repository: Repository, actor: Actor, move: Move): Promise<void> {
  if (!move.ref.startsWith('refs/heads/')) return;
  const branch = move.ref.slice('refs/heads/'.length);
  const open = core.store.pulls.list(repository.id).filter((pull) => pull.state === 'open');
  for (const pull of open) {
    if (pull.headRef === branch) await followHead(core, repository, actor, pull, move);
    else if (pull.baseRef === branch) await followBase(core, repository, actor, pull, move);
  }
}

async function followHead(core: Core, repository: Repository, actor: Actor, pull: Pull, move: Move): Promise<void> {
  if (move.after === ZERO) {
    await close(core, repository, actor, pull, {});
    return;
  }
  const moved = { ...pull, headSha: move.after, updatedAt: now() };
  const refreshed = await refreshRefs(core, repository, moved);
  await emitPull(core, repository, actor, refreshed, 'synchronize', { before: move.before, after: move.after });
}

async function followBase(core: Core, repository: Repository, actor: Actor, pull: Pull, move: Move): Promise<void> {
  if (move.after === ZERO) {
    await close(core, repository, actor, pull, {});
    return;
  }
  if (await core.git(repository).isAncestor(pull.headSha, move.after)) {
    const merged = { mergedAt: now(), mergedBy: actor.account.login, mergeCommitSha: move.after };
    await close(core, repository, actor, pull, merged);
    return;
  }
  await refreshRefs(core, repository, { ...pull, baseSha: move.after });
}

/** Closes a pull request, merged or not, and says so. */
export async function close(
  core: Core,
  repository: Repository,
  actor: Actor,
  pull: Pull,
  change: Partial<Pull>,
): Promise<Pull> {
  const time = now();
  const closed: Pull = { ...pull, ...change, state: 'closed', closedAt: time, updatedAt: time, autoMerge: null };
  core.store.pulls.put(repository.id, pull.number, closed);
  await emitPull(core, repository, actor, closed, 'closed');
  return closed;
}
