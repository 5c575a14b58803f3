/** Pull requests as GraphQL nodes. */

import type { Pull } from '../store/types.ts';
import { encodePath, nodeId } from '../urls.ts';
import { type PageArguments, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';
import { presentActor, presentObject } from './objects.ts';

type Node = Record<string, unknown>;

export interface PullFilter extends PageArguments {
  states?: string[] | null;
  baseRefName?: string | null;
  headRefName?: string | null;
}

function toState(pull: Pull): 'OPEN' | 'MERGED' | 'CLOSED' {
  return pull.state === 'open' ? 'OPEN' : pull.mergedAt === null ? 'CLOSED' : 'MERGED';
}

export function presentPulls(request: RepositoryRequest, filter: PullFilter, name: string): unknown {
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
    repository: () => request.repositoryNode(repository),
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
