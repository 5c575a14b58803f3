/** Mutations of the labels and reviewers of pull requests: https://docs.github.com/graphql/reference/mutations */

import { requestReviews as addReviewers, setLabels } from '../pulls/people.ts';
import type { Pull } from '../store/types.ts';
import { readNodeId } from '../urls.ts';
import { changePull, type MutationInput, type Payload, type PullInput } from './change-pull.ts';
import type { Context } from './context.ts';
import { resolveLabels, resolveLogins } from './resolve-ids.ts';

interface LabelsInput extends MutationInput {
  labelableId: string;
  labelIds: string[];
}

async function changeLabels(
  input: LabelsInput,
  context: Context,
  change: (before: string[], named: string[]) => string[],
): Payload {
  const { labelableId: pullRequestId, labelIds, ...rest } = input;
  const changed = await changePull(context, { ...rest, pullRequestId }, (request, pull) =>
    setLabels(request, pull, change(pull.labels, resolveLabels(request, labelIds))),
  );
  return { ...changed, labelable: changed.pullRequest };
}

export function addLabelsToLabelable({ input }: { input: LabelsInput }, context: Context): Payload {
  return changeLabels(input, context, (before, named) => [...before, ...named]);
}

export function removeLabelsFromLabelable({ input }: { input: LabelsInput }, context: Context): Payload {
  return changeLabels(input, context, (before, named) => before.filter((name) => !named.includes(name)));
}

interface ReviewsInput extends PullInput {
  userIds?: string[] | null;
  teamIds?: string[] | null;
  union?: boolean | null;
}

/** Without `union` the given reviewers replace those that were requested before. */
export function requestReviews({ input }: { input: ReviewsInput }, context: Context): Payload {
  return changePull(context, input, (request, pull) => {
    const users = resolveLogins(request, input.userIds ?? []);
    const teams = (input.teamIds ?? []).map((id) => readNodeId(id)?.id ?? '');
    const before: Pull = input.union ? pull : { ...pull, requestedReviewers: [], requestedTeams: [] };
    return addReviewers(request, before, { users, teams });
  });
}
