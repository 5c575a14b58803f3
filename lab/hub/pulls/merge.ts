import { ApiError } from '../errors.ts';
import { commitsBetween, mergeTrees, rebase, writeCommit } from '../git/commits.ts';
import { splitMessage } from '../git/objects.ts';
import { ZERO } from '../git/repository.ts';
import { afterMove, findViolations, passedChecks } from '../refs/changes.ts';
import { type Move, RuleViolation } from '../refs/move.ts';
import type { RepositoryCall, RepositoryScope } from '../repository-call.ts';
import { now } from '../store/store.ts';
import type { MergeMethod, Pull, Repository } from '../store/types.ts';
import { closePull } from './sync.ts';

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
 * @throws ApiError 405 when it cannot be merged (draft, conflict, rules), 409 when its head is not the expected one
 */
export async function mergePull(call: RepositoryCall, pull: Pull, request: MergeRequest): Promise<Pull> {
  const { core, repository, actor } = call;
  if (pull.state === 'closed') throw new ApiError(405, 'Pull Request is not mergeable');
  if (pull.draft) throw new ApiError(405, 'Pull Request is still a draft');
  if (!repository[SETTING[request.method]]) {
    throw new ApiError(405, `${NAME[request.method]} are not allowed on this repository.`);
  }
  if (request.sha !== undefined && request.sha !== pull.headSha) {
    throw new ApiError(409, 'Head branch was modified. Review and try the merge again.');
  }
  if (!pull.testMergeSha) throw new ApiError(405, 'Pull Request is not mergeable');
  const after = await writeMerge(call, pull, request);
  const move: Move = { ref: `refs/heads/${pull.baseRef}`, before: pull.baseSha, after, byPullRequest: request.method };
  await checkRules(call, pull, move);
  await core.git(repository).updateRef(move.ref, after, pull.baseSha);
  const merged: Pull = { ...pull, mergedAt: now(), mergedBy: actor.account.login, mergeCommitSha: after };
  // Written first, so that the changes that follow the moved branch do not find an open pull request.
  core.store.pulls.put(repository.id, pull.number, { ...merged, state: 'closed' });
  await afterMove(call, move);
  const closed = await closePull(call, merged);
  if (repository.deleteBranchOnMerge) await deleteHead(call, closed);
  return closed;
}

async function checkRules(call: RepositoryCall, pull: Pull, move: Move): Promise<void> {
  // The checks ran on the head, not on the merge commit.
  const sentences = await findViolations(call, move, {
    passedChecks: async () => passedChecks(call, pull.headSha),
    forced: async () => false,
  });
  if (sentences.length > 0) throw new ApiError(405, new RuleViolation(sentences).message);
}

async function deleteHead(call: RepositoryCall, pull: Pull): Promise<void> {
  const { core, repository } = call;
  const move: Move = { ref: `refs/heads/${pull.headRef}`, before: pull.headSha, after: ZERO };
  if ((await findViolations(call, move)).length > 0) return;
  await core.git(repository).updateRef(move.ref, move.after, move.before);
  await afterMove(call, move);
}

/** Writes the commits of the merge. @returns the new head of the base branch */
async function writeMerge(call: RepositoryCall, pull: Pull, request: MergeRequest): Promise<string> {
  const { core, repository, actor } = call;
  const git = core.git(repository);
  if (request.method === 'rebase') {
    const commits = await commitsBetween(git, { base: pull.baseSha, head: pull.headSha });
    const tip = await rebase(git, core.signing, { commits, onto: pull.baseSha });
    if (!tip) throw new ApiError(405, 'This branch cannot be rebased due to conflicts');
    return tip;
  }
  const tree = await mergeTrees(git, pull.baseSha, pull.headSha);
  if (!tree) throw new ApiError(405, 'Pull Request is not mergeable');
  const isSquash = request.method === 'squash';
  const { title, body } = isSquash ? await squashMessage(call, pull) : mergeMessage(repository, pull);
  const headline = request.title ?? title;
  const description = request.message ?? body;
  return writeCommit(git, core.signing, {
    tree,
    parents: isSquash ? [pull.baseSha] : [pull.baseSha, pull.headSha],
    message: description === '' ? headline : `${headline}\n\n${description}`,
    author: isSquash ? core.getAccount(pull.login) : actor.account,
  });
}

interface Message {
  title: string;
  body: string;
}

function mergeMessage(repository: Repository, pull: Pull): Message {
  return { title: `Merge pull request #${pull.number} from ${repository.owner}/${pull.headRef}`, body: pull.title };
}

/** A single commit keeps its message; several become a list. */
async function squashMessage({ core, repository }: RepositoryScope, pull: Pull): Promise<Message> {
  const commits = await commitsBetween(core.git(repository), { base: pull.baseSha, head: pull.headSha });
  const [only, ...others] = commits.map((commit) => splitMessage(commit.message));
  if (only && others.length === 0) return { title: `${only.headline} (#${pull.number})`, body: only.body };
  return {
    title: `${pull.title} (#${pull.number})`,
    body: commits.map((commit) => `* ${splitMessage(commit.message).headline}`).join('\n\n'),
  };
}
