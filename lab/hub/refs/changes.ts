/** The one door through which a ref changes: rules first, then git, then what follows from it. */
import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import { triggersWorkflows } from '../events.ts';
import { commitsBetween } from '../git/commits.ts';
import { ZERO } from '../git/repository.ts';
import { simpleUser } from '../present/account.ts';
import { pushPayload } from '../present/push.ts';
import { presentRepository } from '../present/repository.ts';
import { shortRef } from '../present/run.ts';
import { followRef } from '../pulls/sync.ts';
import { now } from '../store/store.ts';
import type { Repository } from '../store/types.ts';
import { type Move, RuleViolation } from './move.ts';
import type { RefChange } from './rules.ts';

/** The names of the jobs that passed on a commit. Of jobs with the same name, the newest counts. */
export function passedChecks(core: Core, repository: Repository, sha: string): Set<string> {
  const newest = new Map<string, boolean>();
  const runs = core.runs.list(`${repository.owner}/${repository.name}`).filter((run) => run.headSha === sha);
  for (const run of runs.reverse()) {
    for (const job of core.runs.jobs(run.id)) {
      newest.set(
        job.name,
        job.status === 'completed' && (job.conclusion === 'success' || job.conclusion === 'skipped'),
      );
    }
  }
  return new Set([...newest].filter(([, good]) => good).map(([context]) => context));
}

/** What the rules may ask about a move of which all objects are in the repository. */
function asRefChange(core: Core, repository: Repository, move: Move): RefChange {
  const git = core.git(repository);
  const kind = move.before === ZERO ? 'create' : move.after === ZERO ? 'delete' : 'update';
  const newCommits = () => commitsBetween(git, move.before === ZERO ? `${move.after}^!` : move.before, move.after);
  return {
    ref: move.ref,
    kind,
    ...(move.byPullRequest ? { byPullRequest: move.byPullRequest } : {}),
    forced: async () => !(await git.isAncestor(move.before, move.after)),
    passedChecks: async () => passedChecks(core, repository, move.after),
    hasMerges: async () => (await newCommits()).some((commit) => commit.parents.length > 1),
    allVerified: async () => {
      const verified = (await newCommits()).map((commit) => core.verify(repository, commit));
      return (await Promise.all(verified)).every((verification) => verification.verified);
    },
  };
}

/** @returns GitHub's sentences for the rules that a move would break. */
export function violations(
  core: Core,
  repository: Repository,
  actor: Actor,
  move: Move,
  answers: Partial<RefChange> = {},
): Promise<string[]> {
  const change = { ...asRefChange(core, repository, move), ...answers };
  return core.rules.violations(repository, actor, core.isAdmin(actor, repository), change);
}

/**
 * Moves a ref, or refuses.
 * @throws RuleViolation when a rule forbids it, StaleRefError when the ref is not at `before`.
 */
export async function moveRef(core: Core, repository: Repository, actor: Actor, move: Move): Promise<void> {
  const sentences = await violations(core, repository, actor, move);
  const immutable = immutableTag(core, repository, move.ref);
  if (immutable) sentences.push(immutable);
  if (sentences.length > 0) throw new RuleViolation(sentences);
  await core.git(repository).updateRef(move.ref, move.after, move.before);
  await afterMove(core, repository, actor, move);
}

/** The tag of a published immutable release is locked: https://docs.github.com/code-security/supply-chain-security */
export function immutableTag(core: Core, repository: Repository, ref: string): string | undefined {
  const tag = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined;
  const locked = core.store.releases
    .list(repository.id)
    .some((release) => release.tag === tag && release.immutable && !release.draft);
  return locked ? 'Cannot change a tag that belongs to an immutable release.' : undefined;
}

/** Everything that follows from a ref that has moved: pull requests and events. */
export async function afterMove(core: Core, repository: Repository, actor: Actor, move: Move): Promise<void> {
  const current = core.store.repository(repository.owner, repository.name) ?? repository;
  core.store.saveRepository({ ...current, pushedAt: now() });
  const common = {
    repository: `${repository.owner}/${repository.name}`,
    ref: move.ref,
    sha: move.after,
    actor: actor.account.login,
    triggersWorkflows: triggersWorkflows(actor),
  };
  core.events.emit({ ...common, name: 'push', payload: await pushPayload(core, repository, actor, move) });
  if (move.before === ZERO || move.after === ZERO) {
    core.events.emit({
      ...common,
      name: move.before === ZERO ? 'create' : 'delete',
      payload: {
        ref: shortRef(move.ref),
        ref_type: move.ref.startsWith('refs/tags/') ? 'tag' : 'branch',
        master_branch: repository.defaultBranch,
        description: repository.description,
        pusher_type: 'user',
        repository: presentRepository(core, repository),
        sender: simpleUser(core.urls, actor.account),
      },
    });
  }
  await followRef(core, repository, actor, move);
}
