import type { Actor } from '../accounts.ts';
import type { RepositoryScope } from '../repository-call.ts';
import { nodeId } from '../urls.ts';
import { simpleUser } from './account.ts';

const PLAIN_LINKS = [
  'contributors',
  'deployments',
  'downloads',
  'events',
  'forks',
  'hooks',
  'languages',
  'merges',
  'stargazers',
  'subscribers',
  'subscription',
  'tags',
  'teams',
];

const TEMPLATE_LINKS = {
  archive_url: '/{archive_format}{/ref}',
  assignees_url: '/assignees{/user}',
  blobs_url: '/git/blobs{/sha}',
  branches_url: '/branches{/branch}',
  collaborators_url: '/collaborators{/collaborator}',
  comments_url: '/comments{/number}',
  commits_url: '/commits{/sha}',
  compare_url: '/compare/{base}...{head}',
  contents_url: '/contents/{+path}',
  git_commits_url: '/git/commits{/sha}',
  git_refs_url: '/git/refs{/sha}',
  git_tags_url: '/git/tags{/sha}',
  issue_comment_url: '/issues/comments{/number}',
  issue_events_url: '/issues/events{/number}',
  issues_url: '/issues{/number}',
  keys_url: '/keys{/key_id}',
  labels_url: '/labels{/name}',
  milestones_url: '/milestones{/number}',
  notifications_url: '/notifications{?since,all,participating}',
  pulls_url: '/pulls{/number}',
  releases_url: '/releases{/id}',
  statuses_url: '/statuses/{sha}',
  trees_url: '/git/trees{/sha}',
} as const;

function links(scope: RepositoryScope): Record<string, string> {
  const { core, repository } = scope;
  const plain = PLAIN_LINKS.map((name) => [`${name}_url`, core.urls.api(repository, `/${name}`)]);
  const templates = Object.entries(TEMPLATE_LINKS).map(([name, path]) => [name, core.urls.api(repository) + path]);
  return Object.fromEntries([...plain, ...templates]);
}

const COUNTS = {
  forks_count: 0,
  stargazers_count: 0,
  watchers_count: 0,
  size: 0,
  open_issues_count: 0,
  forks: 0,
  open_issues: 0,
  watchers: 0,
};

/** GitHub's `repository` and `minimal-repository`, with what the viewer may do there. */
export function presentRepository(scope: RepositoryScope, viewer?: Actor | null): Record<string, unknown> {
  const { core, repository } = scope;
  const fullName = `${repository.owner}/${repository.name}`;
  const canWrite = viewer ? core.accounts.may(viewer, repository, ['contents', 'write']) : false;
  const isAdmin = viewer ? core.isAdmin(viewer, repository) : false;
  return {
    id: repository.id,
    node_id: nodeId('Repository', repository.id),
    name: repository.name,
    full_name: fullName,
    private: repository.private,
    owner: simpleUser(core.urls, core.getAccount(repository.owner)),
    html_url: core.urls.html(repository),
    description: repository.description,
    fork: false,
    url: core.urls.api(repository),
    ...links(scope),
    git_url: `${core.urls.html(repository)}.git`,
    ssh_url: `${core.urls.html(repository)}.git`,
    clone_url: `${core.urls.html(repository)}.git`,
    svn_url: core.urls.html(repository),
    mirror_url: null,
    homepage: repository.homepage,
    language: null,
    ...COUNTS,
    default_branch: repository.defaultBranch,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: true,
    archived: false,
    disabled: false,
    visibility: repository.private ? 'private' : 'public',
    pushed_at: repository.pushedAt,
    created_at: repository.createdAt,
    updated_at: repository.updatedAt,
    permissions: { admin: isAdmin, maintain: isAdmin, push: canWrite, triage: canWrite, pull: true },
    license: null,
  };
}

/** GitHub's `full-repository`. */
export function presentFullRepository(scope: RepositoryScope, viewer?: Actor | null): Record<string, unknown> {
  const { repository } = scope;
  return {
    ...presentRepository(scope, viewer),
    allow_merge_commit: repository.allowMergeCommit,
    allow_squash_merge: repository.allowSquashMerge,
    allow_rebase_merge: repository.allowRebaseMerge,
    allow_auto_merge: repository.allowAutoMerge,
    delete_branch_on_merge: repository.deleteBranchOnMerge,
    subscribers_count: 0,
    network_count: 0,
  };
}
