/** A repository as a GraphQL node. */

import { isSafePath } from '../git/paths.ts';
import type { Account } from '../store/types.ts';
import { nodeId } from '../urls.ts';
import { emptyList, type PageArguments, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';
import { findLabel, type LabelFilter, presentLabelList } from './labels.ts';
import { presentActor, presentObject } from './objects.ts';
import { findPullNode, type PullFilter, presentPulls } from './pulls.ts';
import { findRef, presentRefNode, presentRefs, type RefFilter } from './refs.ts';
import { findRelease, presentLatestRelease, presentReleases, type ReleasePage } from './releases.ts';

type Node = Record<string, unknown>;

export function presentRepositoryNode(request: RepositoryRequest): Node {
  const { core, repository } = request;
  const path = `/${repository.owner}/${repository.name}`;
  const owner = core.getAccount(repository.owner);
  return {
    __typename: 'Repository',
    id: nodeId('Repository', repository.id),
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: `${repository.owner}/${repository.name}`,
    description: repository.description,
    homepageUrl: repository.homepage,
    url: core.urls.html(repository),
    sshUrl: `${core.urls.html(repository)}.git`,
    resourcePath: path,
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
    isInOrganization: owner.type === 'Organization',
    ...FIXED_FIELDS,
    viewerPermission: viewerPermission(request),
    viewerCanAdminister: core.isAdmin(request.actor, repository),
    owner: () => presentActor(request, owner),
    isEmpty: async () => (await core.git(repository).refs('refs/heads/')).length === 0,
    defaultBranchRef: () => presentRefNode(request, `refs/heads/${repository.defaultBranch}`),
    ref: ({ qualifiedName }: { qualifiedName: string }) => findRef(request, qualifiedName),
    refs: (filter: RefFilter) => presentRefs(request, filter),
    object: ({ expression, oid }: { expression?: string | null; oid?: string | null }) =>
      findObject(request, expression ?? oid ?? ''),
    release: ({ tagName }: { tagName: string }) => findRelease(request, tagName),
    releases: (page: ReleasePage) => presentReleases(request, page),
    latestRelease: () => presentLatestRelease(request),
    pullRequest: ({ number }: { number: number }) => findPullNode(request, number),
    pullRequests: (filter: PullFilter) => presentPulls(request, filter, 'pullRequests'),
    label: ({ name }: { name: string }) => findLabel(request, name),
    labels: (filter: LabelFilter) => presentLabelList(request, filter),
    assignableUsers: (page: PageArguments) => presentUsers(request, page, 'assignableUsers'),
    mentionableUsers: (page: PageArguments) => presentUsers(request, page, 'mentionableUsers'),
  };
}

/** What is the same for every repository of the hub. */
const FIXED_FIELDS: Node = {
  hasIssuesEnabled: true,
  hasProjectsEnabled: false,
  hasWikiEnabled: false,
  hasDiscussionsEnabled: false,
  isArchived: false,
  isDisabled: false,
  isFork: false,
  isMirror: false,
  isTemplate: false,
  parent: null,
  templateRepository: null,
  mirrorUrl: null,
  licenseInfo: null,
  primaryLanguage: null,
  forkCount: 0,
  stargazerCount: 0,
  viewerDefaultMergeMethod: 'MERGE',
  issueTemplates: [],
  pullRequestTemplates: [],
  issues: emptyList('issues'),
  languages: emptyList('languages'),
  milestones: emptyList('milestones'),
  projects: emptyList('projects'),
  projectsV2: emptyList('projectsV2'),
  repositoryTopics: emptyList('repositoryTopics'),
};

function viewerPermission({ core, actor, repository }: RepositoryRequest): 'ADMIN' | 'WRITE' | 'READ' {
  if (core.isAdmin(actor, repository)) return 'ADMIN';
  return core.accounts.may(actor, repository, ['contents', 'write']) ? 'WRITE' : 'READ';
}

/** The people with access to the repository itself. */
function presentUsers(request: RepositoryRequest, page: PageArguments, name: string): unknown {
  const { core, repository } = request;
  const logins = [repository.owner, ...core.store.collaborators.list(repository.id).map(({ login }) => login)];
  const accounts = logins.map((login) => core.store.account(login));
  const users = accounts.filter((account): account is Account => account?.type === 'User');
  return toConnection(
    users.map((user) => presentActor(request, user)),
    page,
    name,
  );
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
