/** Labels and users by their ids. */

import { nodeId } from '../urls.ts';
import type { RepositoryRequest } from './context.ts';
import { GraphqlError } from './errors.ts';

export function resolveLabels({ core, repository }: RepositoryRequest, ids: readonly string[]): string[] {
  const labels = core.store.labels.list(repository.id);
  return ids.map((id) => resolve(labels, 'Label', id).name);
}

export function resolveLogins({ core }: RepositoryRequest, ids: readonly string[]): string[] {
  const users = core.store.accounts.all().filter(({ type }) => type === 'User');
  return ids.map((id) => resolve(users, 'User', id).login);
}

function resolve<T extends { id: number }>(items: readonly T[], type: string, id: string): T {
  const found = items.find((item) => nodeId(type, item.id) === id);
  if (found) return found;
  throw new GraphqlError('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
}
