/** The documents of the store. Times are ISO 8601 in UTC, as in GitHub's responses. */

export type AccountType = 'User' | 'Bot' | 'Organization';

export interface Account {
  id: number;
  login: string;
  type: AccountType;
  name: string;
  email: string;
  createdAt: string;
}

export type Permissions = Readonly<Record<string, 'read' | 'write' | 'admin'>>;

/** `user`: a personal access token; `app`: an installation's token; `job`: a workflow run's GITHUB_TOKEN. */
export type TokenKind = 'user' | 'app' | 'job';

export interface Token {
  token: string;
  login: string;
  kind: TokenKind;
  permissions: Permissions | 'all';
  /** `OWNER/REPO` in lower case; every repository when not given. */
  repositories?: string[];
}

export interface Repository {
  id: number;
  owner: string;
  name: string;
  description: string | null;
  homepage: string | null;
  private: boolean;
  defaultBranch: string;
  allowMergeCommit: boolean;
  allowSquashMerge: boolean;
  allowRebaseMerge: boolean;
  allowAutoMerge: boolean;
  deleteBranchOnMerge: boolean;
  /** Whether the assets and the tag of a published release are locked. */
  immutableReleases: boolean;
  createdAt: string;
  updatedAt: string;
  pushedAt: string;
}

export type Role = 'admin' | 'maintain' | 'write' | 'triage' | 'read';

export interface Collaborator {
  login: string;
  role: Role;
}

export type MergeMethod = 'merge' | 'squash' | 'rebase';

export interface Pull {
  id: number;
  number: number;
  title: string;
  body: string | null;
  login: string;
  state: 'open' | 'closed';
  draft: boolean;
  headRef: string;
  headSha: string;
  baseRef: string;
  baseSha: string;
  /** null when the merge has conflicts. */
  testMergeSha: string | null;
  mergeCommitSha: string | null;
  mergedBy: string | null;
  maintainerCanModify: boolean;
  labels: string[];
  /** Logins. */
  assignees: string[];
  requestedReviewers: string[];
  /** Slugs. */
  requestedTeams: string[];
  autoMerge: { login: string; kind: TokenKind; method: MergeMethod; title: string; message: string } | null;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  mergedAt: string | null;
}

export interface Label {
  id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface Asset {
  id: number;
  /** `starter`: its upload broke, and it has no content. */
  state: 'uploaded' | 'starter';
  releaseId: number;
  name: string;
  label: string | null;
  contentType: string;
  size: number;
  /** `sha256:` and 64 hex digits; null without content. */
  digest: string | null;
  login: string;
  downloads: number;
  createdAt: string;
  updatedAt: string;
}

export interface Release {
  id: number;
  tag: string;
  target: string;
  name: string | null;
  body: string | null;
  draft: boolean;
  prerelease: boolean;
  immutable: boolean;
  /** `true` pins it as the latest, `false` never is, `legacy` is by date and version. */
  makeLatest: 'true' | 'false' | 'legacy';
  /** Increases each time a release is marked as latest; 0 when it never was. */
  pinned: number;
  login: string;
  /** The date of its commit. */
  createdAt: string;
  updatedAt: string;
  publishedAt: string | null;
  /** The category in which a discussion begins when the release is published. */
  discussionCategory: string | null;
  /** The number of the discussion; null before it begins. */
  discussion: number | null;
}

export interface BypassActor {
  actor_id?: number | null;
  actor_type: 'Integration' | 'OrganizationAdmin' | 'RepositoryRole' | 'Team' | 'DeployKey' | 'User';
  bypass_mode?: 'always' | 'pull_request' | 'exempt';
}

export interface Rule {
  type: string;
  parameters?: Record<string, unknown>;
}

export interface Ruleset {
  id: number;
  name: string;
  target: 'branch' | 'tag';
  enforcement: 'active' | 'disabled' | 'evaluate';
  bypassActors: BypassActor[];
  include: string[];
  exclude: string[];
  rules: Rule[];
  createdAt: string;
  updatedAt: string;
}

export interface Variable {
  name: string;
  value: string;
  createdAt: string;
  updatedAt: string;
}
