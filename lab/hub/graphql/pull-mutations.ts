/** Mutations of pull requests: https://docs.github.com/graphql/reference/mutations */

import { createPull } from '../pulls/create.ts';
import { emitPull } from '../pulls/events.ts';
import { assign, setLabels } from '../pulls/people.ts';
import { updatePull } from '../pulls/update.ts';
import { now } from '../store/store.ts';
import { changePull, type MutationInput, type Payload, type PullInput, payload, rejectFields } from './change-pull.ts';
import { type Context, requirePermission, resolveNode } from './context.ts';
import { resolveLabels, resolveLogins } from './resolve-ids.ts';

interface CreatePullInput extends MutationInput {
  repositoryId: string;
  baseRefName: string;
  headRefName: string;
  title: string;
  body?: string | null;
  draft?: boolean | null;
  maintainerCanModify?: boolean | null;
  headRepositoryId?: string | null;
}

export async function createPullRequest({ input }: { input: CreatePullInput }, context: Context): Payload {
  const { request } = resolveNode(context, input.repositoryId);
  requirePermission(request, ['pull_requests', 'write']);
  if (input.headRepositoryId !== input.repositoryId)
    rejectFields('CreatePullRequestInput', input, ['headRepositoryId']);
  const branch = (name: string): string => name.replace(/^refs\/heads\//, '');
  const pull = await request.core.locks.run(request.repository.id, () =>
    createPull(request, {
      title: input.title,
      head: branch(input.headRefName),
      base: branch(input.baseRefName),
      body: input.body ?? null,
      draft: input.draft ?? false,
      maintainerCanModify: input.maintainerCanModify ?? true,
    }),
  );
  return payload(request, input, pull);
}

interface UpdatePullInput extends PullInput {
  title?: string | null;
  body?: string | null;
  baseRefName?: string | null;
  state?: 'OPEN' | 'CLOSED' | null;
  maintainerCanModify?: boolean | null;
  labelIds?: string[] | null;
  assigneeIds?: string[] | null;
}

export function updatePullRequest({ input }: { input: UpdatePullInput }, context: Context): Payload {
  rejectFields('UpdatePullRequestInput', input, ['milestoneId', 'projectIds']);
  return changePull(context, input, async (request, pull) => {
    const { title, body, baseRefName, state, maintainerCanModify, labelIds, assigneeIds } = input;
    const labeled = labelIds ? await setLabels(request, pull, resolveLabels(request, labelIds)) : pull;
    const people = assigneeIds ? assign(request, labeled, resolveLogins(request, assigneeIds)) : labeled;
    const isEdited = [title, body, baseRefName, state, maintainerCanModify].some((value) => value !== undefined);
    if (!isEdited) return people;
    return updatePull(request, people, {
      title: title ?? undefined,
      body,
      base: baseRefName ?? undefined,
      state: state ? (state.toLowerCase() as 'open' | 'closed') : undefined,
      maintainerCanModify: maintainerCanModify ?? undefined,
    });
  });
}

export function closePullRequest({ input }: { input: PullInput }, context: Context): Payload {
  return changePull(context, input, (request, pull) => updatePull(request, pull, { state: 'closed' }));
}

export function reopenPullRequest({ input }: { input: PullInput }, context: Context): Payload {
  return changePull(context, input, (request, pull) => updatePull(request, pull, { state: 'open' }));
}

const setDraft =
  (draft: boolean) =>
  ({ input }: { input: PullInput }, context: Context): Payload =>
    changePull(context, input, async (request, pull) => {
      const { core, repository } = request;
      if (pull.draft === draft) return pull;
      const changed = core.store.pulls.put(repository.id, pull.number, { ...pull, draft, updatedAt: now() });
      await emitPull(request, changed, { action: draft ? 'converted_to_draft' : 'ready_for_review' });
      return changed;
    });

export const markPullRequestReadyForReview = setDraft(false);
export const convertPullRequestToDraft = setDraft(true);
