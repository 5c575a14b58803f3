import type { Context } from './context.ts';
import { resolveNode } from './context.ts';
import { GraphqlError } from './errors.ts';
import { presentObject } from './objects.ts';
import { findPullNode } from './pulls.ts';
import { presentRefNode } from './refs.ts';

/** The object of a global id. @throws GraphqlError NOT_FOUND */
export async function findNode(context: Context, id: string): Promise<unknown> {
  const { request, type, key } = resolveNode(context, id);
  switch (type) {
    case 'Repository':
      return request.repositoryNode(request.repository);
    case 'PullRequest':
      return findPullNode(request, Number(key));
    case 'Ref':
      return presentRefNode(request, key);
    case 'Commit':
    case 'Tag':
    case 'Tree':
    case 'Blob':
      return presentObject(request, key);
    default:
      throw new GraphqlError('INTERNAL', `The hub does not find a ${type} by its id`);
  }
}
