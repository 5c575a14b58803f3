import { ApiError } from '../errors.ts';
import type { RepositoryCall, RepositoryScope } from '../repository-call.ts';
import { now } from '../store/store.ts';
import type { Account, Pull } from '../store/types.ts';
import { emitPull } from './events.ts';

/** https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue */
const MAX_ASSIGNEES = 10;

/** Whether an account has access to the repository itself, which the public has not. */
function isCollaborator({ core, repository }: RepositoryScope, account: Account | undefined): account is Account {
  if (account === undefined) return false;
  const login = account.login.toLowerCase();
  return login === repository.owner.toLowerCase() || core.store.collaborators.get(repository.id, login) !== undefined;
}

export interface Reviewers {
  /** Logins. */
  users: readonly string[];
  /** Slugs. */
  teams: readonly string[];
}

/**
 * Adds reviewers. The hub has no teams: in a repository of an organization any name is one.
 * @throws ApiError 422
 */
export function requestReviews(scope: RepositoryScope, pull: Pull, { users, teams }: Reviewers): Pull {
  const { core, repository } = scope;
  if (users.some((login) => login.toLowerCase() === pull.login.toLowerCase()))
    throw new ApiError(422, 'Review cannot be requested from pull request author.');
  const accounts = users.map((login) => core.store.account(login));
  const hasTeams = core.getAccount(repository.owner).type === 'Organization';
  if (!accounts.every((account) => isCollaborator(scope, account)) || (teams.length > 0 && !hasTeams)) {
    const name = `${repository.owner}/${repository.name}`;
    throw new ApiError(
      422,
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${name} repository.`,
    );
  }
  const logins = accounts.flatMap((account) => account?.login ?? []);
  return core.store.pulls.put(repository.id, pull.number, {
    ...pull,
    requestedReviewers: [...new Set([...pull.requestedReviewers, ...logins])],
    requestedTeams: [...new Set([...pull.requestedTeams, ...teams])],
    updatedAt: now(),
  });
}

/** Replaces the assignees. Users without access are ignored, as on GitHub. */
export function assign(scope: RepositoryScope, pull: Pull, logins: readonly string[]): Pull {
  const { core, repository } = scope;
  const accounts = logins.map((login) => core.store.account(login));
  const found = accounts.filter((account) => isCollaborator(scope, account)).map(({ login }) => login);
  const assignees = [...new Set(found)].slice(0, MAX_ASSIGNEES);
  return core.store.pulls.put(repository.id, pull.number, { ...pull, assignees, updatedAt: now() });
}

/** Replaces the labels, which exist, and emits the event when one is new. */
export async function setLabels(call: RepositoryCall, pull: Pull, labels: readonly string[]): Promise<Pull> {
  const { core, repository } = call;
  const names = [...new Set(labels)];
  const changed = core.store.pulls.put(repository.id, pull.number, { ...pull, labels: names, updatedAt: now() });
  if (names.some((name) => !pull.labels.includes(name))) await emitPull(call, changed, { action: 'labeled' });
  return changed;
}
