import { ActionError } from '../../lib/errors.ts';
import { newerAmong } from './downgrade.ts';
import { contentsOf, requireFiles } from './files.ts';
import type { Settings } from './inputs.ts';
import { isOurs } from './message.ts';
import { makePlan, type Plan, pathsOf } from './plan.ts';
import type { Proposal, Proposals } from './proposals.ts';
import { HeadMovedError, type Repository, type Snapshot } from './repository.ts';

/** Where a proposal starts from. */
export interface Ground {
  base: Snapshot;
  /** What is to change in the base. */
  plan: Plan;
  branch: string;
  proposal: Proposal;
}

export interface Course {
  /**
   * - `anew`: one new commit on the base takes the place of what is on the branch
   * - `on top`: a commit on the branch's head
   * - `there`: the head has everything
   * - `leave`: the branch is at something newer
   */
  kind: 'anew' | 'on top' | 'there' | 'leave';
  /** What this run changes. */
  plan: Plan;
  /** What the pull request changes as a whole, from the base on. */
  whole: Plan;
}

/**
 * What to do with the proposal's branch. Only what is all ours and not newer is replaced. With a commit of somebody else anywhere on the
 * branch, the plan is made from the files as they stand there, so that nothing of theirs is undone.
 * @throws {HeadMovedError} when the branch moves meanwhile
 */
export async function chooseCourse(
  settings: Settings,
  repository: Repository & Proposals,
  ground: Ground,
): Promise<Course> {
  const { base, plan, branch, proposal } = ground;
  const anew: Course = { kind: 'anew', plan, whole: plan };
  const { head, isRejected } = proposal;
  if (head === undefined || head.oid === base.head) return anew;
  const commits = await repository.commitsBetween(base.head, head.oid);
  if (commits.length === 0) return anew;
  const there = await repository.read(branch, pathsOf(settings), false);
  if (there.head !== head.oid) throw new HeadMovedError(`${branch} moved while it was read`);
  // What people have turned down holds nothing back.
  const request = isRejected ? { ...settings, allowDowngrade: true } : settings;
  const newer = await onBranch(branch, async () => newerAmong(request, contentsOf(there)));
  if (newer.size === 0 && commits.every(isOurs)) return has(there, plan) ? { ...anew, kind: 'there' } : anew;
  const planned = await onBranch(branch, async () =>
    makePlan(request, await requireFiles(request, there), { below: plan }),
  );
  const own: Plan = {
    ...planned,
    charts: planned.charts.map((chart) =>
      newer.has(chart.path) ? { ...chart, skipped: `on the branch ${branch}, ${chart.skipped}` } : chart,
    ),
  };
  const whole = fromBase(plan, own);
  if (own.files.length > 0) return { kind: 'on top', plan: own, whole };
  const isLeft = plan.charts.some(({ path, changed }) => changed && newer.has(path));
  return isLeft ? { kind: 'leave', plan: own, whole } : { kind: 'there', plan, whole };
}

/** The charts' state is the branch's, but what was before is the base's. */
function fromBase(plan: Plan, own: Plan): Plan {
  const charts = plan.charts.map((chart) => {
    const there = own.charts.find(({ path }) => path === chart.path);
    return there === undefined ? chart : { ...chart, version: there.version, appVersion: there.appVersion };
  });
  const left = own.charts.filter(({ skipped }) => skipped !== undefined);
  const isLeft = (file: string): boolean => left.some(({ path }) => path === '.' || file.startsWith(`${path}/`));
  return { ...plan, charts, rows: plan.rows.filter(({ file }) => !isLeft(file)) };
}

function has(there: Snapshot, plan: Plan): boolean {
  return plan.files.every(({ path, bytes }) => {
    const state = there.files.get(path);
    return state?.kind === 'file' && Buffer.compare(state.bytes, bytes) === 0;
  });
}

/** What stands in the way there is not in the base: say where. */
async function onBranch<T>(branch: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
    const { what, why, next } = error;
    throw new ActionError({
      what: `on the branch ${branch}, ${what}`,
      why,
      next: `${next} Or delete that branch, and with it what is proposed there.`,
      cause: error,
    });
  }
}
