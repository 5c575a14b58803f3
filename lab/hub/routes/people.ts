import { presentIssue, presentPullSimple } from '../present/pull.ts';
import { assign, requestReviews } from '../pulls/people.ts';
import { type Call, created, type Handlers, ok, type Reply } from '../rest/call.ts';
import { findPull } from './find-pull.ts';

function requestReviewers(call: Call): Reply {
  const { reviewers = [], team_reviewers: teams = [] } = call.body<{
    reviewers?: string[];
    team_reviewers?: string[];
  }>();
  const pull = requestReviews(call, findPull(call, 'pull_number'), { users: reviewers, teams });
  return created(presentPullSimple(call, pull));
}

function addAssignees(call: Call): Reply {
  const pull = findPull(call, 'issue_number');
  const { assignees = [] } = call.body<{ assignees?: string[] }>();
  return created(presentIssue(call, assign(call, pull, [...pull.assignees, ...assignees])));
}

export const peopleHandlers: Handlers = {
  'pulls/request-reviewers': requestReviewers,
  'pulls/list-reviews': (call) => {
    findPull(call, 'pull_number');
    return ok([]);
  },
  'issues/add-assignees': addAssignees,
};
