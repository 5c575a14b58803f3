import type { PullCounts } from '../pulls/counts.ts';
import type { RepositoryScope } from '../repository-call.ts';
import type { Label, Pull } from '../store/types.ts';
import { encodePath, nodeId } from '../urls.ts';
import { simpleUser } from './account.ts';
import { presentRepository } from './repository.ts';

type Json = Record<string, unknown>;

export function presentLabel(scope: RepositoryScope, label: Label): Json {
  const { core, repository } = scope;
  return {
    id: label.id,
    node_id: nodeId('Label', label.id),
    url: core.urls.api(repository, `/labels/${encodePath(label.name)}`),
    name: label.name,
    // Two of GitHub's schemas of a label do not take null here.
    description: label.description ?? '',
    color: label.color,
    default: false,
  };
}

function presentLabels(scope: RepositoryScope, pull: Pull): Json[] {
  const { core, repository } = scope;
  return pull.labels
    .map((name) => core.store.labels.get(repository.id, name.toLowerCase()))
    .filter((label) => label !== undefined)
    .map((label) => presentLabel(scope, label));
}

function presentUsers({ core }: RepositoryScope, logins: readonly string[]): Json[] {
  return logins.map((login) => simpleUser(core.urls, core.getAccount(login)));
}

/** GitHub's `team-simple`, as far as a name gives one. */
function presentTeam({ core, repository }: RepositoryScope, slug: string): Json {
  const url = `${core.urls.rest}/organizations/${encodeURIComponent(repository.owner)}/team/${encodeURIComponent(slug)}`;
  return {
    id: 1,
    node_id: nodeId('Team', slug),
    url,
    members_url: `${url}/members{/member}`,
    name: slug,
    description: null,
    permission: 'push',
    html_url: `${core.urls.root}/orgs/${encodeURIComponent(repository.owner)}/teams/${encodeURIComponent(slug)}`,
    repositories_url: `${url}/repos`,
    slug,
    parent: null,
  };
}

/** The pull request as GitHub's `issue`. */
export function presentIssue(scope: RepositoryScope, pull: Pull): Json {
  const { core, repository } = scope;
  const { html, issue, comments } = presentLinks(scope, pull);
  const { number, state, title, body, labels, user, assignee, assignees, locked, milestone, ...simple } =
    presentPullSimple(scope, pull);
  return {
    id: pull.id,
    node_id: simple.node_id,
    url: issue,
    repository_url: core.urls.api(repository, ''),
    labels_url: `${issue}/labels{/name}`,
    comments_url: comments,
    events_url: `${issue}/events`,
    html_url: html,
    ...{ number, state, title, body, labels, user, assignee, assignees, locked, milestone },
    comments: 0,
    created_at: simple.created_at,
    updated_at: simple.updated_at,
    closed_at: simple.closed_at,
    author_association: simple.author_association,
  };
}

function presentSide(scope: RepositoryScope, ref: string, sha: string): Json {
  const { core, repository } = scope;
  return {
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: simpleUser(core.urls, core.getAccount(repository.owner)),
    repo: presentRepository(scope),
  };
}

function presentLinks(scope: RepositoryScope, pull: Pull): Record<string, string> {
  const { core, repository } = scope;
  const self = core.urls.api(repository, `/pulls/${pull.number}`);
  const issue = core.urls.api(repository, `/issues/${pull.number}`);
  return {
    self,
    html: core.urls.html(repository, `/pull/${pull.number}`),
    issue,
    comments: `${issue}/comments`,
    review_comments: `${self}/comments`,
    review_comment: core.urls.api(repository, '/pulls/comments{/number}'),
    commits: `${self}/commits`,
    statuses: core.urls.api(repository, `/statuses/${pull.headSha}`),
  };
}

/** GitHub's `pull-request-simple`. */
export function presentPullSimple(scope: RepositoryScope, pull: Pull): Json {
  const { core, repository } = scope;
  const links = presentLinks(scope, pull);
  const { autoMerge } = pull;
  return {
    id: pull.id,
    node_id: nodeId('PullRequest', `${repository.id}:${pull.number}`),
    url: links.self,
    html_url: links.html,
    diff_url: `${links.html}.diff`,
    patch_url: `${links.html}.patch`,
    issue_url: links.issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: simpleUser(core.urls, core.getAccount(pull.login)),
    body: pull.body,
    labels: presentLabels(scope, pull),
    milestone: null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha ?? pull.testMergeSha,
    assignee: presentUsers(scope, pull.assignees)[0] ?? null,
    assignees: presentUsers(scope, pull.assignees),
    requested_reviewers: presentUsers(scope, pull.requestedReviewers),
    requested_teams: pull.requestedTeams.map((slug) => presentTeam(scope, slug)),
    head: presentSide(scope, pull.headRef, pull.headSha),
    base: presentSide(scope, pull.baseRef, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: pull.login === repository.owner ? 'OWNER' : 'COLLABORATOR',
    auto_merge: autoMerge && {
      enabled_by: simpleUser(core.urls, core.getAccount(autoMerge.login)),
      merge_method: autoMerge.method,
      commit_title: autoMerge.title,
      commit_message: autoMerge.message,
    },
    draft: pull.draft,
  };
}

/** GitHub's `pull-request`. */
export function presentPull(scope: RepositoryScope, pull: Pull, counts: PullCounts): Json {
  const { core } = scope;
  const merged = pull.mergedAt !== null;
  const mergeable = merged || pull.state === 'closed' ? null : pull.testMergeSha !== null;
  return {
    ...presentPullSimple(scope, pull),
    merged,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeable === null ? 'unknown' : mergeable ? 'clean' : 'dirty',
    merged_by: pull.mergedBy ? simpleUser(core.urls, core.getAccount(pull.mergedBy)) : null,
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: pull.maintainerCanModify,
    commits: counts.commits,
    additions: counts.additions,
    deletions: counts.deletions,
    changed_files: counts.changedFiles,
  };
}
