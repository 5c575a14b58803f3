/** The only way in which a ref changes: rules first, then Git, then what follows from the change. */

import { triggersWorkflows } from '../events.ts';
import { commitsBetween } from '../git/commits.ts';
import { ZERO } from '../git/repository.ts';
import { simpleUser } from '../present/account.ts';
import { pushPayload } from '../present/push.ts';
import { presentRepository } from '../present/repository.ts';
import { shortRef } from '../present/run.ts';
import { syncPulls } from '../pulls/sync.ts';
import { lockedTagViolation, unpublish } from '../releases/tags.ts';
import type { RepositoryCall, RepositoryScope } from '../repository-call.ts';
import { now } from '../store/store.ts';
import { type Move, RuleViolation } from './move.ts';
import type { RefChange } from './rules.ts';

/** The names of the jobs that passed on a commit. Of jobs with the same name, the newest counts. */
export function passedChecks(scope: RepositoryScope, sha: string): Set<string> {
  const { core, repository } = scope;
  const newest = new Map<string, boolean>();
  const runs = core.runs.list(`${repository.owner}/${repository.name}`).filter((run) => run.headSha === sha);
  for (const run of runs.reverse()) {
    for (const job of core.runs.jobs(run.id)) {
      const passed = job.conclusion === 'success' || job.conclusion === 'skipped';
      newest.set(job.name, job.status === 'completed' && passed);
    }
  }
  return new Set([...newest].filter(([, passed]) => passed).map(([name]) => name));
}

/** What rules need to know about a move whose objects are all in the repository. */
function toRefChange(scope: RepositoryScope, move: Move): RefChange {
  const { core, repository } = scope;
  const git = core.git(repository);
  const kind = move.before === ZERO ? 'create' : move.after === ZERO ? 'delete' : 'update';
  const newCommits = () =>
    commitsBetween(git, { base: move.before === ZERO ? `${move.after}^!` : move.before, head: move.after });
  return {
    ref: move.ref,
    kind,
    ...(move.byPullRequest ? { byPullRequest: move.byPullRequest } : {}),
    forced: async () => !(await git.isAncestor(move.before, move.after)),
    passedChecks: async () => passedChecks(scope, move.after),
    hasMerges: async () => (await newCommits()).some((commit) => commit.parents.length > 1),
    allVerified: async () => {
      const verified = (await newCommits()).map((commit) => core.verify(repository, commit));
      return (await Promise.all(verified)).every((verification) => verification.verified);
    },
  };
}

/**
 * @param known replaces what would otherwise be read from the repository
 * @returns GitHub's sentences for the rules that a move would violate
 */
export function findViolations(call: RepositoryCall, move: Move, known: Partial<RefChange> = {}): Promise<string[]> {
  const { core, repository, actor } = call;
  const change = { ...toRefChange(call, move), ...known };
  return core.rules.violations(repository, { actor, isAdmin: core.isAdmin(actor, repository) }, change);
}

/**
 * Moves a ref.
 * @throws RuleViolation when a rule forbids it, StaleRefError when the ref is not at `before`
 */
export async function moveRef(call: RepositoryCall, move: Move): Promise<void> {
  const { core, repository } = call;
  const sentences = await findViolations(call, move);
  const locked = lockedTagViolation(call, move);
  if (locked !== undefined && !sentences.includes(locked)) sentences.push(locked);
  if (sentences.length > 0) throw new RuleViolation(sentences);
  await core.git(repository).updateRef(move.ref, move.after, move.before);
  await afterMove(call, move);
}

/** What follows when a ref has moved: events, and changes of pull requests. */
export async function afterMove(call: RepositoryCall, move: Move): Promise<void> {
  const { core, repository, actor } = call;
  core.changes.moved(repository.id, move.ref, move.before);
  if (move.after === ZERO) unpublish(call, move.ref);
  const current = core.store.repository(repository.owner, repository.name) ?? repository;
  core.store.saveRepository({ ...current, pushedAt: now() });
  const common = {
    repository: `${repository.owner}/${repository.name}`,
    ref: move.ref,
    sha: move.after,
    actor: actor.account.login,
    triggersWorkflows: triggersWorkflows(actor),
  };
  core.events.emit({ ...common, name: 'push', payload: await pushPayload(call, move) });
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
        repository: presentRepository(call),
        sender: simpleUser(core.urls, actor.account),
      },
    });
  }
  await syncPulls(call, move);
}
