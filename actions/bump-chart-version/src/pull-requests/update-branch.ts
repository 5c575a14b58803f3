import { dependsOnHistory, planAt } from '../commit/commit.ts';
import { commitMessage, type Message, type Origin, withTrailersOf } from '../commit/message.ts';
import { readRequest } from '../commit/read-request.ts';
import {
  type Committed,
  HeadMovedError,
  type NewCommit,
  type Repository,
  type Snapshot,
} from '../commit/repository.ts';
import type { Settings } from '../inputs/settings.ts';
import type { Outcome } from '../outputs.ts';
import { defaultBranchName, fillBranchName, formerBranchName } from './branch-name.ts';
import { type BranchState, type BranchStrategy, chooseStrategy } from './branch-strategy.ts';
import { type PullRequestContent, pullRequestContent } from './content.ts';
import type { OpenPullRequest, PullRequestBranch, PullRequests } from './pull-requests.ts';

/** A branch with its commit, and the texts of its pull request. */
export interface UpdatedBranch {
  outcome: Outcome & { commit: Committed };
  base: Snapshot;
  /** With the globs expanded. */
  settings: Settings;
  pull: OpenPullRequest | undefined;
  content: PullRequestContent;
}

/**
 * One attempt to bring the changes onto the branch of the pull request. Without a commit there is no pull request.
 * @throws {HeadMovedError} when another run or a person was faster
 */
export async function updateBranch(
  given: Settings,
  repository: Repository & PullRequests,
  { origin, attempts }: { origin: Origin; attempts: number },
): Promise<UpdatedBranch | Outcome> {
  const { settings, snapshot: base } = await readRequest(given, repository, dependsOnHistory(given));
  const basePlan = await planAt(settings, base, { origin, repository });
  const template = settings.pullRequest.branch;
  const name =
    template === undefined
      ? defaultBranchName(given.charts, base.branch)
      : fillBranchName(template, { charts: basePlan.charts, base: base.branch });
  const unchanged: Outcome = { plan: basePlan, branch: name, attempts, commit: undefined, pullRequest: undefined };
  if (basePlan.files.length === 0) return unchanged;
  const { branch, existing } = await findBranch(given, repository, { base: base.branch, name });
  const state: BranchState = { base, basePlan, branch, existing, origin };
  const strategy = await chooseStrategy(settings, repository, state);
  const { plan } = strategy;
  if (strategy.kind === 'skip') return { ...unchanged, branch, plan };
  // Before anything is changed: a text can be too long.
  const content = pullRequestContent(settings, { ...strategy, images: plan.images });
  if (settings.dryRun) return { ...unchanged, branch, plan };
  const ownMessage = commitMessage(settings.templates.commitMessage, plan, origin);
  const message = withTrailersOf(strategy.carried, plan, ownMessage);
  const commit = await applyStrategy(strategy, repository, { state, message });
  if (existing.head?.oid !== commit.oid) await requireOpen(repository, existing.pull, commit);
  return { outcome: { ...unchanged, branch, plan, commit }, base, settings, pull: existing.pull, content };
}

/** The branch, or the one that an earlier version of this action opened a pull request from. */
async function findBranch(
  settings: Settings,
  repository: PullRequests,
  { base, name }: { base: string; name: string },
): Promise<{ branch: string; existing: PullRequestBranch }> {
  const existing = await repository.find(name, base);
  if (existing.head !== undefined || settings.pullRequest.branch !== undefined) return { branch: name, existing };
  const former = formerBranchName(settings.charts);
  const earlier = await repository.find(former, base);
  return earlier.pull === undefined ? { branch: name, existing } : { branch: former, existing: earlier };
}

/** A pull request that was merged or closed just before the commit does not contain it: then the next attempt starts from the new base. */
async function requireOpen(
  repository: PullRequests,
  pull: OpenPullRequest | undefined,
  commit: Committed,
): Promise<void> {
  if (pull === undefined) return;
  const { isOpen, head } = await repository.stateOf(pull.number);
  if (!isOpen && head !== commit.oid)
    throw new HeadMovedError(`pull request ${pull.number} was merged or closed in the meantime`);
}

interface BranchUpdate {
  state: BranchState;
  message: Message;
}

async function applyStrategy(
  { kind, files }: BranchStrategy,
  repository: Repository & PullRequests,
  update: BranchUpdate,
): Promise<Committed> {
  const { branch, base, existing } = update.state;
  const { message } = update;
  if (kind === 'replace') return replaceBranch(repository, update, files);
  if (kind === 'up-to-date' && existing.head !== undefined) return existing.head;
  if (existing.head === undefined) await repository.moveBranches([{ branch, from: 'none', to: base.head }]);
  const parent = existing.head?.oid ?? base.head;
  return commitOn(repository, { branch, parent, message, files }, base.branch);
}

/** One new commit on the base replaces the commits of the branch. */
async function replaceBranch(
  repository: Repository & PullRequests,
  { state: { branch, base, existing }, message }: BranchUpdate,
  files: NewCommit['files'],
): Promise<Committed> {
  // The commit is created on a staging branch: GitHub closes a pull request whose branch equals the base for a moment.
  const stagingBranch = `${branch}.next`;
  await repository.moveBranches([{ branch: stagingBranch, from: 'any', to: base.head }]);
  const committed = await commitOn(
    repository,
    { branch: stagingBranch, parent: base.head, message, files },
    base.branch,
  );
  await repository.moveBranches([
    { branch, from: existing.head?.oid ?? 'none', to: committed.oid },
    { branch: stagingBranch, from: committed.oid, to: 'none' },
  ]);
  return committed;
}

/** @throws {HeadMovedError} also when the branch was deleted: by a concurrent run that is done with it, or after a merge */
async function commitOn(repository: Repository & PullRequests, commit: NewCommit, base: string): Promise<Committed> {
  try {
    return await repository.commit(commit);
  } catch (error) {
    if (error instanceof HeadMovedError) throw error;
    const exists = (await repository.find(commit.branch, base)).head !== undefined;
    throw exists ? error : new HeadMovedError(`${commit.branch} was deleted in the meantime`);
  }
}
