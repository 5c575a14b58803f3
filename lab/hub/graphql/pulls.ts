/** Pull requests as GraphQL nodes. */

import { listBetween } from '../git/commits.ts';
import { visiblePulls } from '../lag.ts';
import { diffEntries } from '../present/diff.ts';
import { countPull } from '../pulls/counts.ts';
import type { Pull } from '../store/types.ts';
import { nodeId } from '../urls.ts';
import { emptyList, type Order, type PageArguments, presentNodes, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';
import { GraphqlError } from './errors.ts';
import { presentLabels } from './labels.ts';
import { mergeStateStatus } from './merge-state.ts';
import { presentActor, presentCommitNode, presentObject, presentTeam } from './objects.ts';

type Node = Record<string, unknown>;

export interface PullFilter extends PageArguments {
  states?: string[] | null;
  baseRefName?: string | null;
  headRefName?: string | null;
  labels?: string[] | null;
  orderBy?: Order<'CREATED_AT' | 'UPDATED_AT' | 'COMMENTS'> | null;
}

function toState(pull: Pull): 'OPEN' | 'MERGED' | 'CLOSED' {
  return pull.state === 'open' ? 'OPEN' : pull.mergedAt === null ? 'CLOSED' : 'MERGED';
}

/** A list of pull requests, the oldest first unless `orderBy` says otherwise. */
export function presentPulls(request: RepositoryRequest, filter: PullFilter, name: string): unknown {
  const { states, baseRefName, headRefName, labels, orderBy } = filter;
  const key = orderBy?.field === 'UPDATED_AT' ? 'updatedAt' : 'createdAt';
  const pulls = visiblePulls(request)
    .filter((pull) => !states || states.includes(toState(pull)))
    .filter((pull) => !baseRefName || pull.baseRef === baseRefName)
    .filter((pull) => !headRefName || pull.headRef === headRefName)
    .filter((pull) => !labels || labels.some((label) => pull.labels.includes(label)))
    .sort((a, b) => a[key].localeCompare(b[key]) || a.number - b.number);
  if (orderBy?.direction === 'DESC') pulls.reverse();
  return presentNodes(toConnection(pulls, filter, name), (pull) => presentPullNode(request, pull));
}

/** @throws GraphqlError NOT_FOUND, beside which GitHub answers null */
export function findPullNode(request: RepositoryRequest, number: number): Node {
  const pull = request.core.store.pulls.get(request.repository.id, number);
  if (pull) return presentPullNode(request, pull);
  throw new GraphqlError('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`);
}

export function presentPullNode(request: RepositoryRequest, pull: Pull): Node {
  const { core, repository } = request;
  const path = `/${repository.owner}/${repository.name}/pull/${pull.number}`;
  const isOpen = pull.state === 'open';
  return {
    __typename: 'PullRequest',
    id: nodeId('PullRequest', `${repository.id}:${pull.number}`),
    databaseId: pull.id,
    fullDatabaseId: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? '',
    bodyText: pull.body ?? '',
    url: core.urls.root + path,
    resourcePath: path,
    state: toState(pull),
    isDraft: pull.draft,
    locked: false,
    merged: pull.mergedAt !== null,
    mergedAt: pull.mergedAt,
    closed: !isOpen,
    closedAt: pull.closedAt,
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    mergeable: !isOpen ? 'UNKNOWN' : pull.testMergeSha ? 'MERGEABLE' : 'CONFLICTING',
    mergeStateStatus: () => mergeStateStatus(request, pull),
    isInMergeQueue: false,
    isMergeQueueEnabled: false,
    maintainerCanModify: pull.maintainerCanModify,
    repository: () => request.repositoryNode(repository),
    ...presentSides(request, pull),
    ...presentPeople(request, pull),
    ...presentSize(request, pull),
    ...EMPTY_FIELDS,
    labels: (page: PageArguments) => presentLabels(request, pull.labels, page),
    mergeCommit: () => (pull.mergeCommitSha ? presentObject(request, pull.mergeCommitSha) : null),
    potentialMergeCommit: () => (isOpen && pull.testMergeSha ? presentObject(request, pull.testMergeSha) : null),
    autoMergeRequest: pull.autoMerge && {
      enabledBy: () => presentActor(request, core.getAccount(pull.autoMerge?.login ?? '')),
      mergeMethod: pull.autoMerge.method.toUpperCase(),
      commitHeadline: pull.autoMerge.title,
      commitBody: pull.autoMerge.message,
    },
  };
}

/** GitHub has a group for each reaction, also without any user. */
const REACTIONS = ['THUMBS_UP', 'THUMBS_DOWN', 'LAUGH', 'HOORAY', 'CONFUSED', 'HEART', 'ROCKET', 'EYES'];

/** What the hub does not have: reviews, comments, projects, milestones, reactions. */
const EMPTY_FIELDS: Node = {
  comments: emptyList('comments'),
  reviews: emptyList('reviews'),
  latestReviews: emptyList('latestReviews'),
  projectCards: emptyList('projectCards'),
  projectItems: emptyList('projectItems'),
  milestone: null,
  reviewDecision: null,
  reactionGroups: REACTIONS.map((content) => ({ content, users: emptyList('users') })),
};

function presentSides(request: RepositoryRequest, pull: Pull): Node {
  const { core, repository } = request;
  return {
    headRefName: pull.headRef,
    headRefOid: pull.headSha,
    headRef: () => request.refNode(repository, `refs/heads/${pull.headRef}`),
    headRepository: () => request.repositoryNode(repository),
    headRepositoryOwner: () => presentActor(request, core.getAccount(repository.owner)),
    isCrossRepository: false,
    baseRefName: pull.baseRef,
    baseRefOid: pull.baseSha,
    baseRef: () => request.refNode(repository, `refs/heads/${pull.baseRef}`),
    baseRepository: () => request.repositoryNode(repository),
  };
}

function presentPeople(request: RepositoryRequest, pull: Pull): Node {
  const { core, repository } = request;
  const present = (login: string): Node => presentActor(request, core.getAccount(login));
  const reviewers = [
    ...pull.requestedReviewers.map(present),
    ...pull.requestedTeams.map((slug) => presentTeam(request, core.getAccount(repository.owner), slug)),
  ];
  return {
    author: () => present(pull.login),
    authorAssociation: pull.login === repository.owner ? 'OWNER' : 'COLLABORATOR',
    mergedBy: () => (pull.mergedBy ? present(pull.mergedBy) : null),
    assignees: (page: PageArguments) => toConnection(pull.assignees.map(present), page, 'assignees'),
    reviewRequests: (page: PageArguments) =>
      toConnection(
        reviewers.map((requestedReviewer) => ({ requestedReviewer })),
        page,
        'reviewRequests',
      ),
  };
}

function presentSize(request: RepositoryRequest, pull: Pull): Node {
  const git = request.core.git(request.repository);
  const count = async (key: 'additions' | 'deletions' | 'changedFiles'): Promise<number> =>
    (await countPull(request, pull))[key];
  return {
    additions: () => count('additions'),
    deletions: () => count('deletions'),
    changedFiles: () => count('changedFiles'),
    commits: async (page: PageArguments) => {
      const oids = await listBetween(git, { base: pull.baseSha, head: pull.headSha });
      return presentNodes(toConnection(oids, page, 'commits'), async (oid) => {
        const commit = await git.commit(oid);
        return commit ? { commit: presentCommitNode(request, commit) } : null;
      });
    },
    files: async (page: PageArguments) => {
      const base = await git.mergeBase(pull.baseSha, pull.headSha);
      const entries = await diffEntries(request, base, pull.headSha);
      const files = entries.map(({ additions, deletions, filename, status }) => ({
        additions,
        deletions,
        path: filename,
        changeType: status === 'removed' ? 'DELETED' : status.toUpperCase(),
      }));
      return toConnection(files, page, 'files');
    },
  };
}
