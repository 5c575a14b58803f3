import { createHash } from 'node:crypto';
import { attemptUntilLanded, type Patience } from './attempts.ts';
import { planAt } from './commit.ts';
import type { AutoMerge, Settings } from './inputs.ts';
import { commitMessage, fill, isOurs, type Origin } from './message.ts';
import type { Outcome, PullRequest } from './outcome.ts';
import { countsOnly, type Plan, pathsOf } from './plan.ts';
import type { Committed, PastCommit, Repository, Snapshot } from './repository.ts';

/** The branch of a pull request and what hangs on it. */
export interface Proposal {
  /** The branch's head; `undefined` when there is no such branch. */
  head: PastCommit | undefined;
  /** The open pull request from it. */
  pull: (PullRequest & { id: string; title: string; body: string; labels: readonly string[] }) | undefined;
}

/** A move of one branch that only happens when it is where it is thought to be. */
export interface BranchMove {
  branch: string;
  /** `'none'`: there must be no such branch; `'any'`: wherever it is. */
  from: string | 'none' | 'any';
  /** `'none'` deletes it. */
  to: string | 'none';
}

/** What pull requests need of the repository beyond reading and committing. */
export interface Proposals {
  find(branch: string, base: string): Promise<Proposal>;
  /** All moves or none. @throws {HeadMovedError} when a branch is elsewhere */
  moveBranches(moves: readonly BranchMove[]): Promise<void>;
  /** Sent once. @throws {PassingError} when it may be open all the same */
  open(branch: string, base: string, title: string, body: string): Promise<PullRequest & { id: string }>;
  update(number: number, title: string, body: string): Promise<void>;
  /** Labels that do not exist yet are made. */
  label(number: number, labels: readonly string[]): Promise<void>;
  /** Whether it is merged, or will be by itself in this way. */
  willMerge(number: number, method: AutoMerge): Promise<boolean>;
  /** Merge as soon as the branch's rules allow it; at once if they do already. Sent once. @throws {PassingError} when it may be set all the same */
  autoMerge(pull: { id: string; number: number }, method: AutoMerge, head: string): Promise<void>;
}

/** The branch for these charts and this base: always the same, so that there is never more than one pull request. */
export function proposalBranch(charts: readonly string[], base: string, defaultBranch: boolean): string {
  const exact = [...charts].sort().join('+') + (defaultBranch ? '' : `@${base}`);
  const readable = exact
    .replaceAll(/[^A-Za-z0-9_]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60);
  // The digest keeps `helm/shop` and `helm-shop` apart, and a branch `x` from blocking a branch `x/y`.
  const digest = createHash('sha256').update(exact).digest('hex').slice(0, 8);
  return `bump-chart-version/${readable || 'root'}-${digest}`;
}

/** Mode `pull-request`: one commit on the newest base, on a branch of its own, with one open pull request that is kept up to date. */
export async function proposeChange(
  settings: Settings,
  repository: Repository & Proposals,
  origin: Origin,
  patience: Patience,
  onCommit: (outcome: Outcome) => Promise<void>,
): Promise<Outcome> {
  const settled = await attemptUntilLanded(async (attempts) => {
    const base = await repository.read(settings.branch, pathsOf(settings), countsOnly(settings));
    const plan = await planAt(settings, base, origin);
    const branch = proposalBranch(settings.charts, base.branch, settings.branch === undefined);
    const idle = { plan, branch, attempts, commit: undefined, pullRequest: undefined };
    if (plan.files.length === 0 || settings.dryRun) return { outcome: idle, base: base.branch, proposal: undefined };
    const proposal = await repository.find(branch, base.branch);
    const commit = await commitOnBranch(settings, repository, origin, { plan, branch, base, proposal });
    return { outcome: { ...idle, commit }, base: base.branch, proposal };
  }, patience);
  const { outcome, base, proposal } = settled;
  // What `max-attempts` says is for the commit.
  const afterwards = { ...patience, maxAttempts: 5 };
  if (outcome.commit === undefined || proposal === undefined) return outcome;
  await onCommit(outcome);
  const title = fill(settings.templates.pullRequestTitle, outcome.plan.charts);
  const body = describe(outcome.plan);
  const opened = async (attempt: number): Promise<PullRequest & { id: string }> => {
    const there = attempt === 1 ? undefined : (await repository.find(outcome.branch, base)).pull;
    return there ?? repository.open(outcome.branch, base, title, body);
  };
  const pull = proposal.pull ?? (await attemptUntilLanded(opened, afterwards));
  const done = { ...outcome, pullRequest: { number: pull.number, url: pull.url } };
  await onCommit(done);
  if (proposal.pull !== undefined && (proposal.pull.title !== title || proposal.pull.body !== body)) {
    await repository.update(pull.number, title, body);
  }
  const labels = settings.labels.map((label) => fill(label, outcome.plan.charts));
  const missing = labels.filter((label) => !proposal.pull?.labels.includes(label));
  if (missing.length > 0) await repository.label(pull.number, missing);
  const [method, { oid }] = [settings.autoMerge, outcome.commit];
  if (method !== undefined) {
    const set = async (): Promise<void> => {
      if (!(await repository.willMerge(pull.number, method))) await repository.autoMerge(pull, method, oid);
    };
    await attemptUntilLanded(set, afterwards);
  }
  return done;
}

/** The branch's head with the plan's files: the one that is there if it fits, else a new one put in its place. */
async function commitOnBranch(
  settings: Settings,
  repository: Repository & Proposals,
  origin: Origin,
  { plan, branch, base, proposal }: { plan: Plan; branch: string; base: Snapshot; proposal: Proposal },
): Promise<Committed> {
  const head = proposal.head;
  if (head !== undefined && (await hasPlan(repository, branch, head, plan))) return head;
  const message = commitMessage(settings.templates.commitMessage, plan, origin);
  // Somebody's own commit on the branch is never thrown away: ours goes on top of it.
  if (head !== undefined && head.oid !== base.head && !isOurs(head.message)) {
    return repository.commit({ branch, parent: head.oid, message, files: plan.files });
  }
  // The new commit is made aside, because a pull request whose branch is the base for a moment is closed by the server.
  const aside = `${branch}.next`;
  await repository.moveBranches([{ branch: aside, from: 'any', to: base.head }]);
  const committed = await repository.commit({ branch: aside, parent: base.head, message, files: plan.files });
  await repository.moveBranches([
    { branch, from: head?.oid ?? 'none', to: committed.oid },
    { branch: aside, from: committed.oid, to: 'none' },
  ]);
  return committed;
}

async function hasPlan(repository: Repository, branch: string, head: PastCommit, plan: Plan): Promise<boolean> {
  const there = await repository.read(
    branch,
    plan.files.map(({ path }) => path),
    false,
  );
  return (
    there.head === head.oid &&
    plan.files.every(({ path, bytes }) => {
      const state = there.files.get(path);
      return state?.kind === 'file' && Buffer.compare(state.bytes, bytes) === 0;
    })
  );
}

function describe({ charts, rows }: Plan): string {
  const versions = charts
    .filter(({ changed }) => changed)
    .map(
      ({ path, previous, version }) => `- \`${path}\`: ${previous === version ? version : `${previous} → ${version}`}`,
    );
  const values = rows.map(
    ({ file, path, old, now }) => `- \`${file}\` \`${path}\`: \`${old || '(nothing)'}\` → \`${now}\``,
  );
  return [...versions, '', ...values, ''].join('\n');
}
