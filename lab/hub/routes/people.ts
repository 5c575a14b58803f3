import { ApiError } from '../errors.ts';
import { presentIssue, presentPullSimple } from '../present/pull.ts';
import { type Call, created, type Handlers, ok, type Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { Account } from '../store/types.ts';
import { findPull } from './find-pull.ts';

/** https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue */
const MAX_ASSIGNEES = 10;

/** Whether an account has access to the repository itself, which the public has not. */
function isCollaborator({ core, repository }: Call, account: Account | undefined): account is Account {
  if (account === undefined) return false;
  const login = account.login.toLowerCase();
  return login === repository.owner.toLowerCase() || core.store.collaborators.get(repository.id, login) !== undefined;
}

/** The hub has no teams: in a repository of an organization any name is one. */
function requestReviewers(call: Call): Reply {
  const { core, repository } = call;
  const pull = findPull(call, 'pull_number');
  const { reviewers = [], team_reviewers: teams = [] } = call.body<{
    reviewers?: string[];
    team_reviewers?: string[];
  }>();
  if (reviewers.some((login) => login.toLowerCase() === pull.login.toLowerCase()))
    throw new ApiError(422, 'Review cannot be requested from pull request author.');
  const users = reviewers.map((login) => core.store.account(login));
  const hasTeams = core.getAccount(repository.owner).type === 'Organization';
  if (!users.every((user) => isCollaborator(call, user)) || (teams.length > 0 && !hasTeams)) {
    const name = `${repository.owner}/${repository.name}`;
    throw new ApiError(
      422,
      `Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ${name} repository.`,
    );
  }
  const logins = users.flatMap((user) => user?.login ?? []);
  const changed = core.store.pulls.put(repository.id, pull.number, {
    ...pull,
    requestedReviewers: [...new Set([...pull.requestedReviewers, ...logins])],
    requestedTeams: [...new Set([...pull.requestedTeams, ...teams])],
    updatedAt: now(),
  });
  return created(presentPullSimple(call, changed));
}

/** Users without access are ignored, as on GitHub. */
function addAssignees(call: Call): Reply {
  const { core, repository } = call;
  const pull = findPull(call, 'issue_number');
  const { assignees = [] } = call.body<{ assignees?: string[] }>();
  const users = assignees.map((login) => core.store.account(login)).filter((user) => isCollaborator(call, user));
  const added = users.flatMap((user) => user?.login ?? []);
  const logins = [...new Set([...pull.assignees, ...added])].slice(0, MAX_ASSIGNEES);
  const changed = core.store.pulls.put(repository.id, pull.number, { ...pull, assignees: logins, updatedAt: now() });
  return created(presentIssue(call, changed));
}

export const peopleHandlers: Handlers = {
  'pulls/request-reviewers': requestReviewers,
  'pulls/list-reviews': (call) => {
    findPull(call, 'pull_number');
    return ok([]);
  },
  'issues/add-assignees': addAssignees,
};
