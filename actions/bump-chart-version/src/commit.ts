import { attemptUntilLanded, type Patience } from './attempts.ts';
import { requireFiles } from './files.ts';
import type { Settings } from './inputs.ts';
import { commitMessage, countedCharts, messageText, type Origin } from './message.ts';
import type { Outcome } from './outcome.ts';
import { countsOnly, makePlan, type Plan, pathsOf } from './plan.ts';
import { AnswerLostError, type Committed, type NewCommit, type Repository, type Snapshot } from './repository.ts';

/** A commit that was sent and whose answer never came. */
interface Pending {
  commit: NewCommit;
  plan: Plan;
}

/**
 * Mode `commit`: read the head and the files at it, plan, commit with that head expected; from the start again when it moved.
 * @param onCommit hears of the commit as soon as there is one
 */
export async function commitToBranch(
  settings: Settings,
  repository: Repository,
  origin: Origin,
  patience: Patience,
  onCommit: (outcome: Outcome) => Promise<void>,
): Promise<Outcome> {
  const pending: Pending[] = [];
  return attemptUntilLanded(async (attempts) => {
    const snapshot = await repository.read(
      settings.branch,
      pathsOf(settings),
      countsOnly(settings) || pending.length > 0,
    );
    const outcome = async (plan: Plan, commit?: Committed): Promise<Outcome> => {
      const result = { plan, branch: snapshot.branch, attempts, commit, pullRequest: undefined };
      if (commit !== undefined) await onCommit(result);
      return result;
    };
    const landed = findLanded(pending, snapshot);
    if (landed !== undefined) return outcome(landed.plan, landed.committed);
    const plan = await planAt(settings, snapshot, origin);
    if (plan.files.length === 0 || settings.dryRun) return outcome(plan);
    const message = commitMessage(settings.templates.commitMessage, plan, origin);
    const commit: NewCommit = { branch: snapshot.branch, parent: snapshot.head, message, files: plan.files };
    try {
      return await outcome(plan, await repository.commit(commit));
    } catch (error) {
      if (error instanceof AnswerLostError) pending.push({ commit, plan });
      throw error;
    }
  }, patience);
}

/** The plan for the files of a snapshot. */
export async function planAt(settings: Settings, snapshot: Snapshot, origin: Origin): Promise<Plan> {
  const messages = snapshot.history.map(({ message }) => message);
  return makePlan(settings, await requireFiles(settings, snapshot), {
    counted: countedCharts(messages, settings.charts, origin.runUrl),
  });
}

/** A commit of ours that landed although its answer was lost: the same message on the same parent. */
function findLanded(
  pending: readonly Pending[],
  { history }: Snapshot,
): { plan: Plan; committed: Committed } | undefined {
  const text = (message: string): string => message.replaceAll('\r\n', '\n').trim();
  for (const { commit, plan } of pending) {
    const found = history.find(
      ({ message, parents }) => parents[0] === commit.parent && text(message) === text(messageText(commit.message)),
    );
    if (found !== undefined) return { plan, committed: { oid: found.oid, verified: found.verified } };
  }
  return undefined;
}
