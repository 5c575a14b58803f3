import type { Pull } from '../store/types.ts';
import { type Context, type RepositoryRequest, requirePermission, resolveNode } from './context.ts';
import { GraphqlError } from './errors.ts';
import { presentActor } from './objects.ts';
import { presentPullNode } from './pulls.ts';

export type Payload = Promise<Record<string, unknown>>;

export interface MutationInput {
  clientMutationId?: string | null;
}

export interface PullInput extends MutationInput {
  pullRequestId: string;
}

/** Runs `change` on the pull request of an input, alone in its repository, and answers with what it returns. */
export async function changePull(
  context: Context,
  input: PullInput,
  change: (request: RepositoryRequest, pull: Pull) => Promise<Pull> | Pull,
): Payload {
  const { request, key, type } = resolveNode(context, input.pullRequestId);
  requirePermission(request, ['pull_requests', 'write']);
  const changed = await request.core.locks.run(request.repository.id, async () => {
    const pull = type === 'PullRequest' ? request.core.store.pulls.get(request.repository.id, key) : undefined;
    if (!pull) throw new GraphqlError('NOT_FOUND', 'Could not resolve to a PullRequest');
    return change(request, pull);
  });
  return payload(request, input, changed);
}

export function payload(request: RepositoryRequest, input: MutationInput, pull: Pull): Record<string, unknown> {
  return {
    clientMutationId: input.clientMutationId ?? null,
    actor: presentActor(request, request.actor.account),
    pullRequest: presentPullNode(request, pull),
  };
}

/** @throws GraphqlError when an input has a field that only GitHub has */
export function rejectFields(type: string, input: object, names: readonly string[]): void {
  const given = names.find((name) => name in input && input[name as keyof typeof input] !== null);
  if (given) throw new GraphqlError('INTERNAL', `The hub does not have ${type}.${given}`);
}
