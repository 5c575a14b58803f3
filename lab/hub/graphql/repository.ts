/** A repository, its refs and its pull requests as GraphQL nodes. */

import { isSafePath } from '../git/paths.ts';
import { isPlainName } from '../git/repository.ts';
import type { Pull } from '../store/types.ts';
import { encodePath, nodeId } from '../urls.ts';
import { type PageArguments, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';
import { presentActor, presentObject } from './objects.ts';

type Node = Record<string, unknown>;

interface PullFilter extends PageArguments {
  states?: string[] | null;
  baseRefName?: string | null;
  headRefName?: string | null;
}

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

/** Resolves a short name as GitHub does: first as a branch, then as a tag. */
async function findRef(request: RepositoryRequest, name: string): Promise<Node | null> {
  if (!isPlainName(name)) return null;
  const names = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  for (const candidate of names) {
    const found = await presentRefNode(request, candidate);
    if (found) return found;
  }
  return null;
}

export async function presentRefNode(request: RepositoryRequest, ref: string): Promise<Node | null> {
  const { core, repository } = request;
  const found = await core.git(repository).ref(ref);
  if (!found) return null;
  const [, prefix = '', name = ''] = /^(refs\/[^/]+\/)(.+)$/.exec(ref) ?? [];
  return {
    __typename: 'Ref',
    id: nodeId('Ref', `${repository.id}:${ref}`),
    name,
    prefix,
    repository: () => presentRepositoryNode(request),
    target: () => presentObject(request, found.oid),
    associatedPullRequests: (filter: PullFilter) =>
      presentPulls(request, { ...filter, headRefName: name }, 'associatedPullRequests'),
  };
}

function toState(pull: Pull): 'OPEN' | 'MERGED' | 'CLOSED' {
  return pull.state === 'open' ? 'OPEN' : pull.mergedAt === null ? 'CLOSED' : 'MERGED';
}

function presentPulls(request: RepositoryRequest, filter: PullFilter, name: string): unknown {
  const { core, repository } = request;
  const pulls = core.store.pulls
    .list(repository.id)
    .filter((pull) => !filter.states || filter.states.includes(toState(pull)))
    .filter((pull) => !filter.baseRefName || pull.baseRef === filter.baseRefName)
    .filter((pull) => !filter.headRefName || pull.headRef === filter.headRefName);
  return toConnection(
    pulls.map((pull) => presentPullNode(request, pull)),
    filter,
    name,
  );
}

export function presentPullNode(request: RepositoryRequest, pull: Pull): Node {
  const { core, repository } = request;
  const labels = pull.labels
    .map((name) => core.store.labels.get(repository.id, name.toLowerCase()))
    .filter((label) => label !== undefined)
    .map((label) => ({
      ...label,
      id: nodeId('Label', label.id),
      url: core.urls.html(repository, `/labels/${encodePath(label.name)}`),
    }));
  return {
    __typename: 'PullRequest',
    id: nodeId('PullRequest', `${repository.id}:${pull.number}`),
    databaseId: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    bodyText: pull.body ?? '',
    url: core.urls.html(repository, `/pull/${pull.number}`),
    state: toState(pull),
    isDraft: pull.draft,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
    closed: pull.state === 'closed',
    closedAt: pull.closedAt,
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    mergeable: pull.state === 'closed' ? 'UNKNOWN' : pull.testMergeSha ? 'MERGEABLE' : 'CONFLICTING',
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    author: () => presentActor(request, core.getAccount(pull.login)),
    repository: () => presentRepositoryNode(request),
    mergeCommit: () => (pull.mergeCommitSha ? presentObject(request, pull.mergeCommitSha) : null),
    labels: (page: PageArguments) => toConnection(labels, page, 'labels'),
    autoMergeRequest: pull.autoMerge && {
      enabledBy: () => presentActor(request, core.getAccount(pull.autoMerge?.login ?? '')),
      mergeMethod: pull.autoMerge.method.toUpperCase(),
      commitHeadline: pull.autoMerge.title,
      commitBody: pull.autoMerge.message,
    },
  };
}
