import { ActionError } from '../../../lib/errors.ts';
import { isOwnCommit, type Origin } from '../commit/message.ts';
import { HeadMovedError, type Repository, type Snapshot } from '../commit/repository.ts';
import { dependsOnCommits, findNewerSources, type SourceContext } from '../commit/source-commits.ts';
import { contentsOf, requireFiles } from '../files/file-source.ts';
import type { Request, Settings } from '../inputs/settings.ts';
import { imagesAmong, newerAmong } from '../plan/newer-charts.ts';
import { makePlan, type Plan, pathsOf } from '../plan/plan.ts';
import type { PullRequestBranch, PullRequests } from './pull-requests.ts';

/** What a pull request starts from. */
export interface BranchState {
  base: Snapshot;
  /** The changes of the base. */
  basePlan: Plan;
  branch: string;
  existing: PullRequestBranch;
  origin: Origin;
}

export interface BranchStrategy {
  /**
   * - `replace`: one new commit on the base replaces the commits of the branch
   * - `append`: a commit on the branch's head
   * - `up-to-date`: the head has all changes
   * - `skip`: the branch is newer
   */
  kind: 'replace' | 'append' | 'up-to-date' | 'skip';
  /** What this run changes. */
  plan: Plan;
  /** Everything that the pull request changes in the base. */
  fullPlan: Plan;
}

/**
 * What to do with the branch of the pull request. It is replaced only when this action created all of its commits and none is newer. When it
 * has another commit, the plan is made from the branch's files, so that no such commit is undone.
 * @throws {HeadMovedError} when the branch moves in the meantime
 */
export async function chooseStrategy(
  settings: Settings,
  repository: Repository & PullRequests,
  { base, basePlan, branch, existing, origin }: BranchState,
): Promise<BranchStrategy> {
  const replace: BranchStrategy = { kind: 'replace', plan: basePlan, fullPlan: basePlan };
  const { head, isRejected } = existing;
  if (head === undefined || head.oid === base.head) return replace;
  const commits = await repository.commitsBetween(base.head, head.oid);
  if (commits.length === 0) return replace;
  const snapshot = await repository.read({ branch, paths: pathsOf(settings), history: false });
  if (snapshot.head !== head.oid) throw new HeadMovedError(`${branch} moved while it was read`);
  // A pull request that was closed without a merge does not count as newer.
  const request = isRejected ? { ...settings, allowDowngrade: true } : settings;
  const messages = commits.map(({ message }) => message).reverse();
  const { newer, newerSources } = await onBranch(branch, async () =>
    newerOnBranch(request, contentsOf(request, snapshot), { messages, origin, repository }),
  );
  if (newer.size === 0 && commits.every(isOwnCommit))
    return hasAllChanges(snapshot, basePlan) ? { ...replace, kind: 'up-to-date' } : replace;
  const planned = await onBranch(branch, async () =>
    makePlan(request, await requireFiles(request, snapshot), { basePlan, newerSources }),
  );
  const branchPlan: Plan = {
    ...planned,
    charts: planned.charts.map((chart) =>
      newer.has(chart.path) ? { ...chart, skipped: `on the branch ${branch}, ${chart.skipped}` } : chart,
    ),
  };
  const fullPlan = combinePlans(basePlan, branchPlan);
  if (branchPlan.files.length > 0) return { kind: 'append', plan: branchPlan, fullPlan };
  const isSkipped = basePlan.charts.some(({ path, changed }) => changed && newer.has(path));
  return isSkipped ? { kind: 'skip', plan: branchPlan, fullPlan } : { kind: 'up-to-date', plan: basePlan, fullPlan };
}

/** The charts that are newer on the branch, each with the reason, and the files that are so because of their images' commits. */
async function newerOnBranch(
  request: Request,
  contents: ReadonlyMap<string, Uint8Array>,
  context: SourceContext,
): Promise<{ newer: Map<string, string>; newerSources: Map<string, string> }> {
  const newerSources = dependsOnCommits(request)
    ? await findNewerSources(imagesAmong(request, contents), context)
    : new Map<string, string>();
  return { newer: newerAmong(request, contents, newerSources), newerSources };
}

/** The versions after the merge are those of the branch, the previous ones those of the base. */
function combinePlans(basePlan: Plan, branchPlan: Plan): Plan {
  const charts = basePlan.charts.map((chart) => {
    const branchChart = branchPlan.charts.find(({ path }) => path === chart.path);
    return branchChart === undefined
      ? chart
      : { ...chart, version: branchChart.version, appVersion: branchChart.appVersion };
  });
  const skipped = branchPlan.charts.filter((chart) => chart.skipped !== undefined);
  const isSkipped = (file: string): boolean => skipped.some(({ path }) => path === '.' || file.startsWith(`${path}/`));
  return { ...basePlan, charts, changedValues: basePlan.changedValues.filter(({ file }) => !isSkipped(file)) };
}

function hasAllChanges(snapshot: Snapshot, plan: Plan): boolean {
  return plan.files.every(({ path, bytes }) => {
    const state = snapshot.files.get(path);
    return state?.kind === 'file' && Buffer.compare(state.bytes, bytes) === 0;
  });
}

/** Problems of the branch's files are not in the base: the error names the branch. */
async function onBranch<T>(branch: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const { what, why, next } = error;
    throw new ActionError({
      what: `on the branch ${branch}, ${what}`,
      why,
      next: `${next} Or delete that branch, which closes its pull request.`,
      cause: error,
    });
  }
}
