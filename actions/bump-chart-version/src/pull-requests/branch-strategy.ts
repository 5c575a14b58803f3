import { ActionError } from '../../../lib/errors.ts';
import { imagesAmong, newerAmong } from '../charts/newer-charts.ts';
import type { Origin } from '../commit/message.ts';
import type { Repository, Snapshot } from '../commit/repository.ts';
import { dependsOnCommits, findNewerSources, type SourceContext } from '../commit/source-commits.ts';
import { contentsOf, type FileSource, type FileState, requireFiles } from '../files/file-source.ts';
import type { Request, Settings } from '../inputs/settings.ts';
import { makePlan, type Plan } from '../plan/plan.ts';
import type { ChangedFile } from '../plan/planned-edits.ts';
import { type Contents, existingFiles, isSameFile, withFiles } from './differences.ts';
import { holdsOtherChanges, type Proposal, readProposal } from './proposal.ts';
import type { BranchCommit, PullRequestBranch, PullRequests } from './pull-requests.ts';
import { isTouchedByBase, rebaseFiles } from './rebase.ts';

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
   * - `create`: a commit on the branch that begins at the base
   * - `replace`: one new commit on the base replaces the commits of the branch
   * - `append`: a commit on the branch's head
   * - `up-to-date`: the head has all changes
   * - `skip`: the branch is newer
   */
  kind: 'create' | 'replace' | 'append' | 'up-to-date' | 'skip';
  /** What this run changes. */
  plan: Plan;
  /** The files of the commit. */
  files: readonly Pick<ChangedFile, 'path' | 'bytes'>[];
  /** Commits whose changes the new commit contains too. */
  carried: readonly BranchCommit[];
  /** The files of the pull request: what it is compared with, and what it contains afterwards. */
  before: Contents;
  after: Contents;
}

/**
 * What to do with the branch of the pull request. It is replaced only when this action created all of its commits, none is newer, and this run
 * restates everything that they change. Otherwise the plan is made from the branch's files, so that neither the change of
 * another run nor the commit of a person is undone. If the base has changed the same files, what other runs have proposed is
 * brought onto the newest base.
 */
export async function chooseStrategy(
  settings: Settings,
  repository: Repository & PullRequests,
  { base, basePlan, branch, existing, origin }: BranchState,
): Promise<BranchStrategy> {
  const before = existingFiles(base);
  const { files } = basePlan;
  const onBase = { plan: basePlan, files, carried: [], before, after: withFiles(before, files) };
  const { head, isMerged, isRejected } = existing;
  if (head === undefined || head.oid === base.head) return { ...onBase, kind: 'create' };
  if (isMerged) return { ...onBase, kind: 'replace' };
  const proposal = await readProposal(repository, settings, { base, branch, head: head.oid });
  if (proposal === undefined) return { ...onBase, kind: 'replace' };
  // A pull request that was closed without a merge does not count as newer, and its changes are not proposed again.
  const request = isRejected ? { ...settings, allowDowngrade: true } : settings;
  const messages = proposal.commits.map(({ message }) => message).reverse();
  const { newer, newerSources } = await onBranch(branch, async () =>
    newerOnBranch(request, contentsOf(request, proposal.source), { messages, origin, repository }),
  );
  const holdsOthers = holdsOtherChanges(proposal, before, basePlan);
  const isReplaceable = newer.size === 0 && proposal.isOwn;
  if (isReplaceable && (isRejected || !holdsOthers))
    return { ...onBase, kind: !holdsOthers && isUpToDate(proposal, before, basePlan) ? 'up-to-date' : 'replace' };
  const rebased = isReplaceable && proposal.isComplete && isTouchedByBase(proposal) ? rebaseFiles(proposal) : undefined;
  return rebased === undefined
    ? planOnBranch(request, { basePlan, branch, proposal, newer, newerSources })
    : planOnRebased(request, { basePlan, proposal, rebased });
}

/** One commit on the newest base with what other runs have proposed and with the changes of this run. */
async function planOnRebased(
  request: Settings,
  { basePlan, proposal, rebased }: Pick<PlannedBranch, 'basePlan' | 'proposal'> & { rebased: Contents },
): Promise<BranchStrategy> {
  const { base: before, commits } = proposal;
  const planned = makePlan(request, await requireFiles(request, sourceOf(rebased, proposal.source)), { basePlan });
  const after = withFiles(rebased, planned.files);
  const files = [...after].flatMap(([path, bytes]) => (isSameFile(bytes, before.get(path)) ? [] : [{ path, bytes }]));
  const holdsOthers = [...rebased].some(([path, bytes]) => !isSameFile(bytes, before.get(path)));
  return { kind: 'replace', plan: basePlan, files, carried: holdsOthers ? commits : [], before, after };
}

/** The charts that are newer on the branch, each with the reason, and the files that are so because of their images' commits. */
async function newerOnBranch(
  request: Request,
  contents: Contents,
  context: SourceContext,
): Promise<{ newer: Map<string, string>; newerSources: Map<string, string> }> {
  const newerSources = dependsOnCommits(request)
    ? await findNewerSources(imagesAmong(request, contents), context)
    : new Map<string, string>();
  return { newer: newerAmong(request, contents, newerSources), newerSources };
}

/** The same paths with these contents. */
function sourceOf(contents: Contents, { files, list }: FileSource): FileSource {
  const state = (path: string): FileState => {
    const bytes = contents.get(path);
    return bytes === undefined ? { kind: 'missing' } : { kind: 'file', bytes };
  };
  return { files: new Map([...files.keys()].map((path) => [path, state(path)])), list };
}

interface PlannedBranch {
  basePlan: Plan;
  branch: string;
  proposal: Proposal;
  /** Charts that are newer on the branch. */
  newer: ReadonlyMap<string, string>;
  newerSources: ReadonlyMap<string, string>;
}

async function planOnBranch(
  request: Settings,
  { basePlan, branch, proposal, newer, newerSources }: PlannedBranch,
): Promise<BranchStrategy> {
  const { before, after, source } = proposal;
  const planned = await onBranch(branch, async () =>
    makePlan(request, await requireFiles(request, source), { basePlan, newerSources }),
  );
  const plan: Plan = {
    ...planned,
    charts: planned.charts.map((chart) =>
      newer.has(chart.path) ? { ...chart, skipped: `on the branch ${branch}, ${chart.skipped}` } : chart,
    ),
  };
  const { files } = plan;
  const strategy = { plan, files, carried: [], before, after: withFiles(after, files) };
  if (files.length > 0) return { ...strategy, kind: 'append' };
  const isSkipped = basePlan.charts.some(({ path, changed }) => changed && newer.has(path));
  return isSkipped ? { ...strategy, kind: 'skip' } : { ...strategy, kind: 'up-to-date', plan: basePlan };
}

/** Whether the branch has all changes, and the base has not changed the same files since: they would conflict. */
const isUpToDate = ({ before, after }: Proposal, base: Contents, { files }: Plan): boolean =>
  files.every(({ path, bytes }) => isSameFile(after.get(path), bytes) && isSameFile(before.get(path), base.get(path)));

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
