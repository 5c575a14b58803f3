import type { PullRequestSettings, Reviewers } from '../inputs/pull-request-inputs.ts';
import type { PullRequestPeople, PullRequests } from './pull-requests.ts';

const NOBODY: PullRequestPeople = { requested: { users: [], teams: [] }, reviewed: [], assignees: [] };

/**
 * Requests the reviews and assigns the users that a pull request lacks. Nobody is asked again who has reviewed it, and no team once there is a review:
 * GitHub does not say for which team somebody has reviewed.
 */
export async function invitePeople(
  { reviewers, assignees }: PullRequestSettings,
  repository: PullRequests,
  { number, isNew }: { number: number; isNew: boolean },
): Promise<void> {
  if (reviewers.users.length + reviewers.teams.length + assignees.length === 0) return;
  const { requested, reviewed, assignees: assigned } = isNew ? NOBODY : await repository.peopleOf(number);
  const missing: Reviewers = {
    users: without(reviewers.users, [...requested.users, ...reviewed]),
    teams: reviewed.length > 0 ? [] : without(reviewers.teams, requested.teams),
  };
  if (missing.users.length + missing.teams.length > 0) await repository.requestReviews(number, missing);
  const unassigned = without(assignees, assigned);
  if (unassigned.length > 0) await repository.assign(number, unassigned);
}

/** GitHub ignores the case of logins and slugs. */
function without(names: readonly string[], present: readonly string[]): string[] {
  const known = new Set(present.map((name) => name.toLowerCase()));
  return names.filter((name) => !known.has(name.toLowerCase()));
}
