/** A repository, its refs and its pull requests as GraphQL nodes. */

import { isSafePath } from '../git/paths.ts';
import { isRevision } from '../git/repository.ts';
import type { Pull, Repository } from '../store/types.ts';
import { encodePath, nodeId } from '../urls.ts';
import { connection, type PageArguments } from './connection.ts';
import type { Context } from './context.ts';
import { presentActor, presentObject } from './objects.ts';

type Node = Record<string, unknown>;

interface PullFilter extends PageArguments {
  states?: string[] | null;
  baseRefName?: string | null;
  headRefName?: string | null;
}

export function presentRepositoryNode(context: Context, repository: Repository): Node {
  const { core } = context;
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
    owner: () => presentActor(context, core.accountOf(repository.owner)),
    isEmpty: async () => (await core.git(repository).refs('refs/heads/')).length === 0,
    defaultBranchRef: () => presentRefNode(context, repository, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) => findRef(context, repository, qualifiedName),
    object: ({ expression, oid }: { expression?: string | null; oid?: string | null }) =>
      findObject(context, repository, expression ?? oid ?? ''),
    pullRequest: ({ number }: { number: number }) => {
      const pull = core.store.pulls.get(repository.id, number);
      return pull ? presentPullNode(context, repository, pull) : null;
    },
  };
}

/** `BRANCH`, `REF:PATH` or an object's id: the forms of `git rev-parse` that callers of the API use. */
async function findObject(context: Context, repository: Repository, expression: string): Promise<Node | null> {
  const colon = expression.indexOf(':');
  const name = colon < 0 ? expression : expression.slice(0, colon);
  const path = colon < 0 ? undefined : expression.slice(colon + 1);
  if (/^[0-9a-f]{40}$/.test(name) && path === undefined) return presentObject(context, repository, name);
  const commit = await context.core.git(repository).resolveCommit(name);
  if (!commit) return null;
  if (path === undefined) return presentObject(context, repository, commit);
  if (path !== '' && !isSafePath(path)) return null;
  return presentObject(context, repository, path === '' ? `${commit}^{tree}` : `${commit}:${path}`);
}

/** A short name is a branch first, then a tag, as GitHub reads it. */
async function findRef(context: Context, repository: Repository, name: string): Promise<Node | null> {
  if (!isRevision(name)) return null;
  const names = name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
  for (const each of names) {
    const found = await presentRefNode(context, repository, each);
    if (found) return found;
  }
  return null;
}

export async function presentRefNode(context: Context, repository: Repository, ref: string): Promise<Node | null> {
  const found = await context.core.git(repository).ref(ref);
  if (!found) return null;
  const [, prefix = '', name = ''] = /^(refs\/[^/]+\/)(.+)$/.exec(ref) ?? [];
  return {
    __typename: 'Ref',
    id: nodeId('Ref', `${repository.id}:${ref}`),
    name,
    prefix,
    repository: () => presentRepositoryNode(context, repository),
    target: () => presentObject(context, repository, found.oid),
    associatedPullRequests: (filter: PullFilter) =>
      pullConnection(context, repository, { ...filter, headRefName: name }, 'associatedPullRequests'),
  };
}

function stateOf(pull: Pull): 'OPEN' | 'MERGED' | 'CLOSED' {
  return pull.state === 'open' ? 'OPEN' : pull.mergedAt === null ? 'CLOSED' : 'MERGED';
}

function pullConnection(context: Context, repository: Repository, filter: PullFilter, name: string): unknown {
  const pulls = context.core.store.pulls
    .list(repository.id)
    .filter((pull) => !filter.states || filter.states.includes(stateOf(pull)))
    .filter((pull) => !filter.baseRefName || pull.baseRef === filter.baseRefName)
    .filter((pull) => !filter.headRefName || pull.headRef === filter.headRefName);
  return connection(
    pulls.map((pull) => presentPullNode(context, repository, pull)),
    filter,
    name,
  );
}

export function presentPullNode(context: Context, repository: Repository, pull: Pull): Node {
  const { core } = context;
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
    state: stateOf(pull),
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
    author: () => presentActor(context, core.accountOf(pull.login)),
    repository: () => presentRepositoryNode(context, repository),
    mergeCommit: () => (pull.mergeCommitSha ? presentObject(context, repository, pull.mergeCommitSha) : null),
    labels: (page: PageArguments) => connection(labels, page, 'labels'),
    autoMergeRequest: pull.autoMerge && {
      enabledBy: () => presentActor(context, core.accountOf(pull.autoMerge?.login ?? '')),
      mergeMethod: pull.autoMerge.method.toUpperCase(),
      commitHeadline: pull.autoMerge.title,
      commitBody: pull.autoMerge.message,
    },
  };
}
