import { createHash } from 'node:crypto';
import { attemptUntilLanded, type Patience } from './attempts.ts';
import { planAt } from './commit.ts';
import { type Course, chooseCourse, type Ground } from './course.ts';
import type { Settings } from './inputs.ts';
import { commitMessage, fill, type Message, type Origin } from './message.ts';
import type { Outcome, PullRequest } from './outcome.ts';
import { countsOnly, type Plan, pathsOf } from './plan.ts';
import type { Proposal, Proposals } from './proposals.ts';
import { type Committed, HeadMovedError, type Repository } from './repository.ts';

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

/** A commit on the branch, and what its pull request shall say. */
interface Proposed {
  outcome: Outcome & { commit: Committed };
  base: string;
  pull: Proposal['pull'];
  whole: Plan;
}

/**
 * Mode `pull-request`: one commit on the newest base, on a branch of its own, with one open pull request that is kept up to date. What
 * others commit to that branch stays, and what is newer there too.
 */
export async function proposeChange(
  settings: Settings,
  repository: Repository & Proposals,
  origin: Origin,
  patience: Patience,
  onCommit: (outcome: Outcome) => Promise<void>,
): Promise<Outcome> {
  const settled = await attemptUntilLanded(
    (attempts) => settleBranch(settings, repository, origin, attempts),
    patience,
  );
  if (!('whole' in settled)) return settled;
  await onCommit(settled.outcome);
  return openPull(settings, repository, patience, onCommit, settled);
}

/** Bring the branch to where it shall be. Without a commit there is nothing to propose. */
async function settleBranch(
  settings: Settings,
  repository: Repository & Proposals,
  origin: Origin,
  attempts: number,
): Promise<Proposed | Outcome> {
  const base = await repository.read(settings.branch, pathsOf(settings), countsOnly(settings));
  const plan = await planAt(settings, base, origin);
  const branch = proposalBranch(settings.charts, base.branch, settings.branch === undefined);
  const idle: Outcome = { plan, branch, attempts, commit: undefined, pullRequest: undefined };
  if (plan.files.length === 0) return idle;
  const ground: Ground = { base, plan, branch, proposal: await repository.find(branch, base.branch) };
  const course = await chooseCourse(settings, repository, ground);
  if (settings.dryRun || course.kind === 'leave') return { ...idle, plan: course.plan };
  const commit = await follow(course, ground, settings, repository, origin);
  const outcome = { ...idle, plan: course.plan, commit };
  return { outcome, base: base.branch, pull: ground.proposal.pull, whole: course.whole };
}

async function follow(
  { kind, plan }: Course,
  ground: Ground,
  settings: Settings,
  repository: Repository & Proposals,
  origin: Origin,
): Promise<Committed> {
  const { branch, proposal } = ground;
  if (kind === 'there' && proposal.head !== undefined) return proposal.head;
  const message = commitMessage(settings.templates.commitMessage, plan, origin);
  return kind === 'on top' && proposal.head !== undefined
    ? repository.commit({ branch, parent: proposal.head.oid, message, files: plan.files })
    : commitAnew(repository, ground, message);
}

/** A new commit on the base, put instead of what is on the branch. */
async function commitAnew(
  repository: Repository & Proposals,
  { branch, base, plan, proposal }: Ground,
  message: Message,
): Promise<Committed> {
  // The new commit is made aside, because a pull request whose branch is the base for a moment is closed by the server.
  const aside = `${branch}.next`;
  await repository.moveBranches([{ branch: aside, from: 'any', to: base.head }]);
  const committed = await repository
    .commit({ branch: aside, parent: base.head, message, files: plan.files })
    .catch(async (error: unknown) => {
      // Another run that makes the same proposal takes the branch away when it is done with it.
      const isThere = (await repository.find(aside, base.branch)).head !== undefined;
      throw isThere ? error : new HeadMovedError(`${aside} was taken away while it was written`);
    });
  await repository.moveBranches([
    { branch, from: proposal.head?.oid ?? 'none', to: committed.oid },
    { branch: aside, from: committed.oid, to: 'none' },
  ]);
  return committed;
}

/** One open pull request for the branch that says what it changes. */
async function openPull(
  settings: Settings,
  repository: Repository & Proposals,
  patience: Patience,
  onCommit: (outcome: Outcome) => Promise<void>,
  { outcome, base, pull: there, whole }: Proposed,
): Promise<Outcome> {
  // What `max-attempts` says is for the commit.
  const afterwards = { ...patience, maxAttempts: 5 };
  const title = fill(settings.templates.pullRequestTitle, whole.charts);
  const body = describe(whole);
  const opened = async (attempt: number): Promise<PullRequest & { id: string }> => {
    const found = attempt === 1 ? undefined : (await repository.find(outcome.branch, base)).pull;
    return found ?? repository.open(outcome.branch, base, title, body);
  };
  const pull = there ?? (await attemptUntilLanded(opened, afterwards));
  const done = { ...outcome, pullRequest: { number: pull.number, url: pull.url } };
  await onCommit(done);
  if (there !== undefined && (there.title !== title || there.body !== body)) {
    await repository.update(pull.number, title, body);
  }
  const labels = settings.labels.map((label) => fill(label, whole.charts));
  const missing = labels.filter((label) => !there?.labels.includes(label));
  if (missing.length > 0) await repository.label(pull.number, missing);
  const method = settings.autoMerge;
  if (method !== undefined) {
    const set = async (): Promise<void> => {
      if (await repository.willMerge(pull.number, method)) return;
      await repository.autoMerge(pull, method, outcome.commit.oid);
    };
    await attemptUntilLanded(set, afterwards);
  }
  return done;
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
