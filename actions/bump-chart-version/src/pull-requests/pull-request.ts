import { createHash } from 'node:crypto';
import type { RetryPolicy } from '../../../lib/requests/retry.ts';
import { type CommitContext, dependsOnHistory, planAt } from '../commit/commit.ts';
import { commitMessage, fillTemplate, type Message, type Origin } from '../commit/message.ts';
import { readRequest } from '../commit/read-request.ts';
import { type Committed, HeadMovedError, type Repository } from '../commit/repository.ts';
import { retryUntilCommitted } from '../commit/retry.ts';
import type { Settings } from '../inputs/settings.ts';
import type { Outcome } from '../outputs.ts';
import type { Plan } from '../plan/plan.ts';
import { type BranchState, type BranchStrategy, chooseStrategy } from './branch-strategy.ts';
import type { NewPullRequest, OpenPullRequest, PullRequest, PullRequests } from './pull-requests.ts';

/** The branch for these charts and this base: always the same, so that there is never more than one pull request. */
export function pullRequestBranch(charts: readonly string[], base: string, defaultBranch: boolean): string {
  const exact = [...charts].sort().join('+') + (defaultBranch ? '' : `@${base}`);
  const readable = exact
    .replaceAll(/[^A-Za-z0-9_]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, MAX_READABLE_LENGTH);
  // The hash distinguishes `helm/shop` from `helm-shop`, and a branch `x` cannot block a branch `x/y`.
  const hash = createHash('sha256').update(exact).digest('hex').slice(0, 8);
  return `bump-chart-version/${readable || 'root'}-${hash}`;
}

const MAX_READABLE_LENGTH = 60;

/** Retries of the requests after the commit; the input `retries` is for the commit. */
const PULL_REQUEST_RETRIES = 4;

/** A branch with its commit, and everything that its pull request changes. */
interface UpdatedBranch {
  outcome: Outcome & { commit: Committed };
  base: string;
  pull: OpenPullRequest | undefined;
  fullPlan: Plan;
}

/**
 * Mode `pull-request`: one commit on the newest base, on a separate branch, with one open pull request that is kept up to date. Commits of
 * others and newer versions on that branch are kept.
 */
export async function commitToPullRequest(
  settings: Settings,
  repository: Repository & PullRequests,
  context: CommitContext,
): Promise<Outcome> {
  const updated = await retryUntilCommitted(
    (attempts) => updateBranch(settings, repository, { origin: context.origin, attempts }),
    context.retry,
  );
  if (!('fullPlan' in updated)) return updated;
  await context.onCommit(updated.outcome);
  const { fullPlan, pull: existing, outcome: committed } = updated;
  const retry = { ...context.retry, retries: PULL_REQUEST_RETRIES };
  const content = pullRequestContent(settings, fullPlan);
  const pull =
    existing ??
    (await openPullRequest(repository, { branch: committed.branch, base: updated.base, ...content }, retry));
  const outcome = { ...committed, pullRequest: { number: pull.number, url: pull.url } };
  await context.onCommit(outcome);
  if (existing !== undefined && (existing.title !== content.title || existing.body !== content.body)) {
    await repository.update(pull.number, content.title, content.body);
  }
  const missing = content.labels.filter((label) => !existing?.labels.includes(label));
  if (missing.length > 0) await repository.label(pull.number, missing);
  const method = settings.autoMerge;
  if (method !== undefined) {
    await retryUntilCommitted(async () => {
      if (await repository.willMerge(pull.number, method)) return;
      await repository.autoMerge(pull, method, committed.commit.oid);
    }, retry);
  }
  return outcome;
}

/** Updates the branch. Without a commit there is no pull request. */
async function updateBranch(
  given: Settings,
  repository: Repository & PullRequests,
  { origin, attempts }: { origin: Origin; attempts: number },
): Promise<UpdatedBranch | Outcome> {
  const { settings, snapshot: base } = await readRequest(given, repository, dependsOnHistory(given));
  const basePlan = await planAt(settings, base, { origin, repository });
  const branch = pullRequestBranch(given.charts, base.branch, settings.branch === undefined);
  const unchanged: Outcome = { plan: basePlan, branch, attempts, commit: undefined, pullRequest: undefined };
  if (basePlan.files.length === 0) return unchanged;
  const existing = await repository.find(branch, base.branch);
  const state: BranchState = { base, basePlan, branch, existing, origin };
  const strategy = await chooseStrategy(settings, repository, state);
  const { plan, fullPlan } = strategy;
  if (settings.dryRun || strategy.kind === 'skip') return { ...unchanged, plan };
  const message = commitMessage(settings.templates.commitMessage, plan, origin);
  const commit = await applyStrategy(strategy, repository, { state, message });
  return { outcome: { ...unchanged, plan, commit }, base: base.branch, pull: state.existing.pull, fullPlan };
}

interface BranchUpdate {
  state: BranchState;
  message: Message;
}

async function applyStrategy(
  { kind, plan }: BranchStrategy,
  repository: Repository & PullRequests,
  update: BranchUpdate,
): Promise<Committed> {
  const { branch, existing } = update.state;
  if (kind === 'up-to-date' && existing.head !== undefined) return existing.head;
  return kind === 'append' && existing.head !== undefined
    ? repository.commit({ branch, parent: existing.head.oid, message: update.message, files: plan.files })
    : replaceBranch(repository, update);
}

/** One new commit on the base replaces the commits of the branch. */
async function replaceBranch(
  repository: Repository & PullRequests,
  { state: { branch, base, basePlan, existing }, message }: BranchUpdate,
): Promise<Committed> {
  // The commit is created on a staging branch: GitHub closes a pull request whose branch equals the base for a moment.
  const stagingBranch = `${branch}.next`;
  await repository.moveBranches([{ branch: stagingBranch, from: 'any', to: base.head }]);
  const committed = await repository
    .commit({ branch: stagingBranch, parent: base.head, message, files: basePlan.files })
    .catch(async (error: unknown) => {
      // A concurrent run for the same charts deletes the staging branch when it finishes.
      const exists = (await repository.find(stagingBranch, base.branch)).head !== undefined;
      throw exists ? error : new HeadMovedError(`${stagingBranch} was deleted by a concurrent run`);
    });
  await repository.moveBranches([
    { branch, from: existing.head?.oid ?? 'none', to: committed.oid },
    { branch: stagingBranch, from: committed.oid, to: 'none' },
  ]);
  return committed;
}

/** Opens a pull request, unless an attempt whose response was lost has done so. */
function openPullRequest(
  repository: PullRequests,
  pull: NewPullRequest,
  retry: RetryPolicy,
): Promise<PullRequest & { id: string }> {
  return retryUntilCommitted(async (attempt) => {
    const found = attempt === 1 ? undefined : (await repository.find(pull.branch, pull.base)).pull;
    return found ?? repository.create(pull);
  }, retry);
}

interface PullRequestContent {
  title: string;
  body: string;
  labels: string[];
}

function pullRequestContent({ templates, labels }: Settings, plan: Plan): PullRequestContent {
  return {
    title: fillTemplate(templates.pullRequestTitle, plan),
    body: pullRequestBody(plan),
    labels: labels.map((label) => fillTemplate(label, plan)),
  };
}

function pullRequestBody({ charts, changedValues }: Plan): string {
  const versions = charts
    .filter(({ changed }) => changed)
    .map(
      ({ path, previous, version }) => `- \`${path}\`: ${previous === version ? version : `${previous} → ${version}`}`,
    );
  const values = changedValues.map(
    ({ file, path, old, now }) => `- \`${file}\` \`${path}\`: \`${old || '(none)'}\` → \`${now}\``,
  );
  return [...versions, '', ...values, ''].join('\n');
}
