import type { Core } from '../core.ts';
import type { Commit, Tag } from '../git/objects.ts';
import type { RefEntry } from '../git/repository.ts';
import type { RepositoryScope } from '../repository-call.ts';
import { encodePath, nodeId } from '../urls.ts';
import { simpleUser } from './account.ts';

type Json = Record<string, unknown>;

function presentParents(scope: RepositoryScope, commit: Commit): Json[] {
  const { core, repository } = scope;
  return commit.parents.map((sha) => ({
    sha,
    url: core.urls.api(repository, `/commits/${sha}`),
    html_url: core.urls.html(repository, `/commit/${sha}`),
  }));
}

function userByEmail(core: Core, email: string): Json | null {
  const account = core.accountByEmail(email);
  return account ? simpleUser(core.urls, account) : null;
}

/** GitHub's `commit`. */
export async function presentCommit(scope: RepositoryScope, commit: Commit): Promise<Json> {
  const { core, repository } = scope;
  const url = core.urls.api(repository, `/commits/${commit.oid}`);
  return {
    sha: commit.oid,
    node_id: nodeId('Commit', `${repository.id}:${commit.oid}`),
    commit: {
      url: core.urls.api(repository, `/git/commits/${commit.oid}`),
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      comment_count: 0,
      tree: { sha: commit.tree, url: core.urls.api(repository, `/git/trees/${commit.tree}`) },
      verification: await core.verify(repository, commit),
    },
    url,
    html_url: core.urls.html(repository, `/commit/${commit.oid}`),
    comments_url: `${url}/comments`,
    author: userByEmail(core, commit.author.email),
    committer: userByEmail(core, commit.committer.email),
    parents: presentParents(scope, commit),
  };
}

/** GitHub's `simple-commit`, as webhooks and workflow runs have it. */
export function simpleCommit(commit: Commit): Json {
  return {
    id: commit.oid,
    tree_id: commit.tree,
    message: commit.message,
    timestamp: commit.committer.date,
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

export function presentRef(scope: RepositoryScope, { ref, oid, type }: RefEntry): Json {
  const { core, repository } = scope;
  return {
    ref,
    node_id: nodeId('Ref', `${repository.id}:${ref}`),
    url: core.urls.api(repository, `/git/${encodePath(ref)}`),
    object: { sha: oid, type, url: core.urls.api(repository, `/git/${type}s/${oid}`) },
  };
}

export function presentTag(scope: RepositoryScope, tag: Tag): Json {
  const { core, repository } = scope;
  return {
    node_id: nodeId('Tag', `${repository.id}:${tag.oid}`),
    sha: tag.oid,
    url: core.urls.api(repository, `/git/tags/${tag.oid}`),
    tag: tag.name,
    message: tag.message,
    tagger: tag.tagger,
    object: { sha: tag.object, type: tag.type, url: core.urls.api(repository, `/git/${tag.type}s/${tag.object}`) },
    verification: { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null },
  };
}
