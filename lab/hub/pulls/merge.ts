import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import { commitsBetween, mergeTrees, rebase, writeCommit } from '../git/commits.ts';
import { splitMessage } from '../git/objects.ts';
import { ZERO } from '../git/repository.ts';
import { afterMove, passedChecks, violations } from '../refs/changes.ts';
import { type Move, RuleViolation } from '../refs/move.ts';
import { now } from '../store/store.ts';
import type { MergeMethod, Pull, Repository } from '../store/types.ts';
import { close } from './sync.ts';

export interface MergeRequest {
  method: MergeMethod;
  title?: string;
  message?: string;
  /** The head that the caller has seen. */
  sha?: string;
}

const SETTING: Record<MergeMethod, 'allowMergeCommit' | 'allowSquashMerge' | 'allowRebaseMerge'> = {
  merge: 'allowMergeCommit',
  squash: 'allowSquashMerge',
  rebase: 'allowRebaseMerge',
};

const NAME: Record<MergeMethod, string> = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' };

/**
 * Merges a pull request, as `PUT /pulls/{number}/merge` does.
 * @throws ApiError 405 when it cannot be merged (draft, conflict, rules), 409 when its head is not the one expected.
 */
export async function mergePull(
  core: Core,
  repository: Repository,
  actor: Actor,
  pull: Pull,
  request: MergeRequest,
): Promise<Pull> {
  if (pull.state === 'closed') throw new ApiError(405, 'Pull Request is not mergeable');
  if (pull.draft) throw new ApiError(405, 'Pull Request is still a draft');
  if (!repository[SETTING[request.method]]) {
    throw new ApiError(405, `${NAME[request.method]} are not allowed on this repository.`);
  }
  if (request.sha !== undefined && request.sha !== pull.headSha) {
    throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
  }
  if (!pull.testMergeSha) throw new ApiError(405, 'Pull Request is not mergeable');
  const after = await mergedTip(core, repository, actor, pull, request);
  const move: Move = { ref: `refs/heads/${pull.baseRef}`, before: pull.baseSha, after, byPullRequest: request.method };
  await checkRules(core, repository, actor, pull, move);
  await core.git(repository).updateRef(move.ref, after, pull.baseSha);
  const merged: Pull = { ...pull, mergedAt: now(), mergedBy: actor.account.login, mergeCommitSha: after };
  // Written before the branch's followers look, so that they do not take it for an open pull request.
  core.store.pulls.put(repository.id, pull.number, { ...merged, state: 'closed' });
  await afterMove(core, repository, actor, move);
  const closed = await close(core, repository, actor, merged, {});
  if (repository.deleteBranchOnMerge) await deleteHead(core, repository, actor, closed);
  return closed;
}

async function checkRules(core: Core, repository: Repository, actor: Actor, pull: Pull, move: Move): Promise<void> {
  // Checks ran on the head, not on the commit that the merge makes.
  const sentences = await violations(core, repository, actor, move, {
    passedChecks: async () => passedChecks(core, repository, pull.headSha),
    forced: async () => false,
  });
  if (sentences.length > 0) throw new ApiError(405, new RuleViolation(sentences).message);
}

async function deleteHead(core: Core, repository: Repository, actor: Actor, pull: Pull): Promise<void> {
  const move: Move = { ref: `refs/heads/${pull.headRef}`, before: pull.headSha, after: ZERO };
  if ((await violations(core, repository, actor, move)).length > 0) return;
  await core.git(repository).updateRef(move.ref, move.after, move.before);
  await afterMove(core, repository, actor, move);
}

/** Writes the commits that the base branch will point to. */
async function mergedTip(
  core: Core,
  repository: Repository,
  actor: Actor,
  pull: Pull,
  request: MergeRequest,
): Promise<string> {
  const git = core.git(repository);
  if (request.method === 'rebase') {
    const commits = await commitsBetween(git, pull.baseSha, pull.headSha);
    const tip = await rebase(git, core.signing, commits, pull.baseSha);
    if (!tip) throw new ApiError(405, 'This branch cannot be rebased due to conflicts');
    return tip;
  }
  const tree = await mergeTrees(git, pull.baseSha, pull.headSha);
  if (!tree) throw new ApiError(405, 'Pull Request is not mergeable');
  const isSquash = request.method === 'squash';
  const { title, body } = isSquash ? await squashMessage(core, repository, pull) : mergeMessage(repository, pull);
  const headline = request.title ?? title;
  const text = request.message ?? body;
  return writeCommit(git, core.signing, {
    tree,
    parents: isSquash ? [pull.baseSha] : [pull.baseSha, pull.headSha],
    message: text === '' ? headline : `${headline}\n\n${text}`,
    author: isSquash ? core.accountOf(pull.login) : actor.account,
  });
}

function mergeMessage(repository: Repository, pull: Pull): { title: string; body: string } {
  return { title: `Merge pull request #${pull.number} from ${repository.owner}/${pull.headRef}`, body: pull.title };
}

/** One commit keeps its own message; several become a list. */
async function squashMessage(core: Core, repository: Repository, pull: Pull): Promise<{ title: string; body: string }> {
  const commits = await commitsBetween(core.git(repository), pull.baseSha, pull.headSha);
  const [only, ...others] = commits.map((commit) => splitMessage(commit.message));
  if (only && others.length === 0) return { title: `${only.headline} (#${pull.number})`, body: only.body };
  return {
    title: `${pull.title} (#${pull.number})`,
    body: commits.map((commit) => `* ${splitMessage(commit.message).headline}`).join('\n\n'),
  };
}
