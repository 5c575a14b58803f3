import type { Actor } from '../accounts.ts';
import type { Core } from '../core.ts';
import type { RepositoryCall } from '../repository-call.ts';
import type { Need } from '../rest/operations.ts';
import type { Repository } from '../store/types.ts';
import { readNodeId } from '../urls.ts';
import { GraphqlError } from './errors.ts';

/** One GraphQL request. */
export interface Context {
  readonly core: Core;
  readonly actor: Actor;
  /** The graph has cycles. These are the only ways from an object back to its repository and its refs. */
  repositoryNode(repository: Repository): Record<string, unknown>;
  refNode(repository: Repository, ref: string): Promise<Record<string, unknown> | null>;
}

/** The part of a request that is about one repository. */
export type RepositoryRequest = Context & RepositoryCall;

/** @throws GraphqlError NOT_FOUND when it does not exist or the caller may not see it */
export function findRepository(context: Context, owner: string, name: string): RepositoryRequest {
  const { core, actor } = context;
  const repository = core.store.repository(owner, name);
  if (!repository || !core.accounts.may(actor, repository, ['metadata', 'read'])) {
    throw new GraphqlError('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  }
  return { ...context, repository };
}

export interface ResolvedNode {
  request: RepositoryRequest;
  type: string;
  /** What follows the repository in the node's id. */
  key: string;
}

/** @throws GraphqlError NOT_FOUND */
export function resolveNode(context: Context, id: string): ResolvedNode {
  const node = readNodeId(id);
  const [number = '', ...rest] = (node?.id ?? '').split(':');
  const repository = context.core.store.repositoryById(Number(number));
  if (!node || !repository || !context.core.accounts.may(context.actor, repository, ['metadata', 'read'])) {
    throw new GraphqlError('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  }
  return { request: { ...context, repository }, type: node.type, key: rest.join(':') };
}

/** @throws ApiError 403, shown as FORBIDDEN */
export function requirePermission({ core, actor, repository }: RepositoryRequest, need: Need): void {
  core.accounts.require(actor, repository, need);
}
