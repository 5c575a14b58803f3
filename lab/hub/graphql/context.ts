import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import type { Need } from '../rest/operations.ts';
import type { Repository } from '../store/types.ts';
import { readNodeId } from '../urls.ts';
import { GraphqlFault } from './errors.ts';

/** One GraphQL request: who asks, and what the hub has. */
export interface Context {
  core: Core;
  actor: Actor;
  /** A graph has circles; here is the one way from an object back to its repository. */
  repositoryNode(repository: Repository): Record<string, unknown>;
}

/** @throws GraphqlFault NOT_FOUND when it is not there or the caller may not see it. */
export function repositoryNamed({ core, actor }: Context, owner: string, name: string): Repository {
  const repository = core.store.repository(owner, name);
  if (!repository || !core.accounts.may(actor, repository, ['metadata', 'read'])) {
    throw new GraphqlFault('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  }
  return repository;
}

/** @throws GraphqlFault NOT_FOUND */
export function repositoryWithId(context: Context, id: string): { repository: Repository; rest: string; type: string } {
  const node = readNodeId(id);
  const [number = '', ...rest] = (node?.id ?? '').split(':');
  const repository = context.core.store.repositoryById(Number(number));
  if (!node || !repository || !context.core.accounts.may(context.actor, repository, ['metadata', 'read'])) {
    throw new GraphqlFault('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  }
  return { repository, rest: rest.join(':'), type: node.type };
}

/** @throws ApiError 403, shown as FORBIDDEN */
export function demand({ core, actor }: Context, repository: Repository, need: Need): void {
  core.accounts.require(actor, repository, need);
}
