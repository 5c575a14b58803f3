/** A repository as a GraphQL node. */

import { isSafePath } from '../git/paths.ts';
import { nodeId } from '../urls.ts';
import type { RepositoryRequest } from './context.ts';
import { presentActor, presentObject } from './objects.ts';
import { presentPullNode } from './pulls.ts';
import { findRef, presentRefNode, presentRefs, type RefFilter } from './refs.ts';
import { findRelease, presentLatestRelease, presentReleases, type ReleasePage } from './releases.ts';

type Node = Record<string, unknown>;

export function presentRepositoryNode(request: RepositoryRequest): Node {
  const { core, repository } = request;
  return {
    __typename: 'Repository',
    id: nodeId('Repository', repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: `${repository.owner}/${repository.name}`,
    description: repository.description,
    url: core.urls.html(repository),
    isPrivate: repository.private,
    visibility: repository.private ? 'PRIVATE' : 'PUBLIC',
    createdAt: repository.createdAt,
    updatedAt: repository.updatedAt,
    pushedAt: repository.pushedAt,
    mergeCommitAllowed: repository.allowMergeCommit,
    squashMergeAllowed: repository.allowSquashMerge,
    rebaseMergeAllowed: repository.allowRebaseMerge,
    autoMergeAllowed: repository.allowAutoMerge,
    deleteBranchOnMerge: repository.deleteBranchOnMerge,
    owner: () => presentActor(request, core.getAccount(repository.owner)),
    isEmpty: async () => (await core.git(repository).refs('refs/heads/')).length === 0,
    defaultBranchRef: () => presentRefNode(request, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) => findRef(request, qualifiedName),
    refs: (filter: RefFilter) => presentRefs(request, filter),
    release: ({ tagName }: { tagName: string }) => findRelease(request, tagName),
    releases: (page: ReleasePage) => presentReleases(request, page),
    latestRelease: () => presentLatestRelease(request),
    object: ({ expression, oid }: { expression?: string | null; oid?: string | null }) =>
      findObject(request, expression ?? oid ?? ''),
    pullRequest: ({ number }: { number: number }) => {
      const pull = core.store.pulls.get(repository.id, number);
      return pull ? presentPullNode(request, pull) : null;
    },
  };
}

/** Resolves `BRANCH`, `REF:PATH` or an object's id, the forms of `git rev-parse` that callers of the API use. */
async function findObject(request: RepositoryRequest, expression: string): Promise<Node | null> {
  const { core, repository } = request;
  const colon = expression.indexOf(':');
  const name = colon < 0 ? expression : expression.slice(0, colon);
  const path = colon < 0 ? undefined : expression.slice(colon + 1);
  if (/^[0-9a-f]{40}$/.test(name) && path === undefined) return presentObject(request, name);
  const commit = await core.git(repository).resolveCommit(name);
  if (!commit) return null;
  if (path === undefined) return presentObject(request, commit);
  if (path !== '' && !isSafePath(path)) return null;
  return presentObject(request, path === '' ? `${commit}^{tree}` : `${commit}:${path}`);
}
