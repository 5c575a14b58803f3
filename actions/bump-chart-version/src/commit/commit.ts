import type { RetryPolicy } from '../../../lib/requests/retry.ts';
import { isBumpOnly } from '../charts/chart-changes.ts';
import { requireFiles } from '../files/file-source.ts';
import type { Settings } from '../inputs/settings.ts';
import type { Outcome } from '../outputs.ts';
import { makePlan, type Plan, type PlanContext } from '../plan/plan.ts';
import { PastRollbacks } from '../rollback/past-rollbacks.ts';
import { bumpedCharts, commitMessage, messageText, type Origin } from './message.ts';
import { readRequest } from './read-request.ts';
import { type Committed, type NewCommit, type Repository, ResponseLostError, type Snapshot } from './repository.ts';
import { retryUntilCommitted } from './retry.ts';
import { dependsOnCommits, findNewerSources, type SourceContext } from './source-commits.ts';

/** The run that commits. */
export interface CommitContext {
  origin: Origin;
  retry: RetryPolicy;
  /** Called as soon as there is a commit, and again when more is known. */
  onCommit: (outcome: Outcome) => Promise<void>;
}

/** A commit that was sent and whose response was lost. */
interface PendingCommit {
  commit: NewCommit;
  plan: Plan;
}

/** Mode `commit`: reads the head and its files, plans, and commits with that head expected. Starts again when the branch moved. */
export async function commitToBranch(
  settings: Settings,
  repository: Repository,
  { origin, retry, onCommit }: CommitContext,
): Promise<Outcome> {
  const pending: PendingCommit[] = [];
  return retryUntilCommitted(async (attempts) => {
    const { settings: expanded, snapshot } = await readRequest(
      settings,
      repository,
      dependsOnHistory(settings) || pending.length > 0,
    );
    const toOutcome = async (plan: Plan, commit?: Committed): Promise<Outcome> => {
      const outcome = { plan, branch: snapshot.branch, attempts, commit, pullRequest: undefined };
      if (commit !== undefined) await onCommit(outcome);
      return outcome;
    };
    const landed = findLanded(pending, snapshot);
    if (landed !== undefined) return toOutcome(landed.plan, landed.committed);
    const plan = await planAt(expanded, snapshot, { origin, repository });
    if (plan.files.length === 0 || settings.dryRun) return toOutcome(plan);
    const message = commitMessage(settings.templates.commitMessage, plan, origin);
    const commit: NewCommit = { branch: snapshot.branch, parent: snapshot.head, message, files: plan.files };
    try {
      return await toOutcome(plan, await repository.commit(commit));
    } catch (error) {
      if (error instanceof ResponseLostError) pending.push({ commit, plan });
      throw error;
    }
  }, retry);
}

/** Whether the plan depends on the branch's recent commits: they show rollbacks, and what this run has already done. */
export const dependsOnHistory = (settings: Settings): boolean => isBumpOnly(settings) || !settings.allowDowngrade;

/** The plan for the files of a snapshot. */
export async function planAt(
  settings: Settings,
  snapshot: Snapshot,
  { origin, repository }: Omit<SourceContext, 'messages'>,
): Promise<Plan> {
  const messages = snapshot.history.map(({ message }) => message);
  const files = await requireFiles(settings, snapshot);
  const context: PlanContext = {
    alreadyBumped: bumpedCharts(messages, settings.charts, origin.runUrl),
    ...(settings.allowDowngrade ? {} : { rollbacks: new PastRollbacks(snapshot.history) }),
  };
  const plan = makePlan(settings, files, context);
  if (plan.files.length === 0 || !dependsOnCommits(settings)) return plan;
  const newer = await findNewerSources(plan.images, { messages, origin, repository });
  return newer.size === 0 ? plan : makePlan(settings, files, { ...context, newerSources: newer });
}

/** The commit of this run that was written although its response was lost: the same message on the same parent. */
function findLanded(
  pending: readonly PendingCommit[],
  { history }: Snapshot,
): { plan: Plan; committed: Committed } | undefined {
  const normalize = (message: string): string => message.replaceAll('\r\n', '\n').trim();
  for (const { commit, plan } of pending) {
    const expected = normalize(messageText(commit.message));
    const found = history.find(
      ({ message, parents }) => parents[0] === commit.parent && normalize(message) === expected,
    );
    if (found !== undefined) return { plan, committed: { oid: found.oid, verified: found.verified } };
  }
  return undefined;
}
