/** Git's objects as GraphQL nodes. A field that is a function is called with its arguments by graphql-js. */

import type { ObjectInfo } from '../git/object-reader.ts';
import type { Commit, TreeEntry } from '../git/objects.ts';
import { splitMessage } from '../git/objects.ts';
import { isSafePath } from '../git/paths.ts';
import type { Account } from '../store/types.ts';
import { nodeId } from '../urls.ts';
import { presentCheckRollup } from './checks.ts';
import { presentCommitPulls } from './commit-pulls.ts';
import { type Connection, type PageArguments, presentNodes, toConnection } from './connection.ts';
import type { Context, RepositoryRequest } from './context.ts';
import { GraphqlError } from './errors.ts';

type Node = Record<string, unknown>;

/** GitHub truncates longer texts: https://docs.github.com/graphql/reference/objects#blob */
const MAX_TEXT_BYTES = 512 * 1024;

function gitObject(request: RepositoryRequest, type: string, oid: string): Node {
  const { core, repository } = request;
  const path = `/${repository.owner}/${repository.name}/commit/${oid}`;
  return {
    __typename: type,
    id: nodeId(type, `${repository.id}:${oid}`),
    oid,
    abbreviatedOid: oid.slice(0, 7),
    commitResourcePath: path,
    commitUrl: core.urls.root + path,
    repository: () => request.repositoryNode(repository),
  };
}

export function presentActor(context: Context, account: Account): Node {
  const { core } = context;
  return {
    __typename: account.type,
    id: nodeId(account.type, account.id),
    databaseId: account.id,
    login: account.login,
    name: account.name,
    email: account.email,
    url: `${core.urls.root}/${account.login}`,
    resourcePath: `/${account.login}`,
    avatarUrl: `${core.urls.root}/avatars/${account.id}`,
    createdAt: account.createdAt,
    ...(account.type === 'Organization'
      ? { team: ({ slug }: { slug: string }) => presentTeam(context, account, slug) }
      : {}),
  };
}

/** @throws GraphqlError NOT_FOUND, beside which GitHub answers null */
export function findAccount(context: Context, type: 'User' | 'Organization', login: string): Node {
  const account = context.core.store.account(login);
  if (account?.type === type) return presentActor(context, account);
  const article = type === 'User' ? 'a' : 'an';
  throw new GraphqlError('NOT_FOUND', `Could not resolve to ${article} ${type} with the login of '${login}'.`);
}

/** The hub has no teams: in an organization any name is one. */
export function presentTeam(context: Context, organization: Account, slug: string): Node {
  return {
    __typename: 'Team',
    id: nodeId('Team', slug),
    name: slug,
    slug,
    organization: () => presentActor(context, organization),
  };
}

export function presentCommitNode(request: RepositoryRequest, commit: Commit): Node {
  const { core, repository } = request;
  const git = core.git(repository);
  const { headline, body } = splitMessage(commit.message);
  const presentPerson = ({ name, email, date }: Commit['author']): Node => {
    const account = core.accountByEmail(email);
    const user = account?.type === 'User' ? presentActor(request, account) : null;
    return { __typename: 'GitActor', name, email, date, user };
  };
  const path = `/${repository.owner}/${repository.name}/commit/${commit.oid}`;
  return {
    ...gitObject(request, 'Commit', commit.oid),
    url: core.urls.root + path,
    resourcePath: path,
    message: commit.message,
    messageHeadline: headline,
    messageBody: body,
    author: presentPerson(commit.author),
    committer: presentPerson(commit.committer),
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    authors: (page: PageArguments) => toConnection(readAuthors(commit).map(presentPerson), page, 'authors'),
    statusCheckRollup: () => presentCheckRollup(request, commit.oid),
    signature: () => presentSignature(request, commit),
    tree: () => presentObject(request, `${commit.oid}^{tree}`),
    parents: async (page: PageArguments) => {
      const parents = await Promise.all(commit.parents.map((oid) => git.commit(oid)));
      const found = parents.filter((parent) => parent !== undefined);
      return toConnection(
        found.map((parent) => presentCommitNode(request, parent)),
        page,
        'parents',
      );
    },
    associatedPullRequests: (page: PageArguments) => presentCommitPulls(request, commit.oid, page),
    history: (page: PageArguments & { path?: string | null }) => presentHistory(request, commit, page),
    file: async ({ path: filePath }: { path: string }) => {
      const entry = isSafePath(filePath) ? await git.entry(commit.oid, filePath) : undefined;
      return entry ? presentEntry(request, entry, filePath) : null;
    },
  };
}

/** The author and the co-authors of a commit. */
function readAuthors({ author, message }: Commit): Commit['author'][] {
  const trailers = message.matchAll(/^co-authored-by: *(.+?) *<(.+)>$/gim);
  return [author, ...[...trailers].map(([, name = '', email = '']) => ({ name, email, date: author.date }))];
}

async function presentHistory(
  request: RepositoryRequest,
  commit: Commit,
  page: PageArguments & { path?: string | null },
): Promise<Node> {
  const { core, repository } = request;
  const git = core.git(repository);
  const path = page.path ? ['--', page.path] : [];
  const oids = (await git.git(['rev-list', commit.oid, ...path])).split('\n').filter((oid) => oid !== '');
  return presentCommits(request, toConnection(oids, page, 'history'));
}

/** The commits of one page of ids. */
export function presentCommits(request: RepositoryRequest, oids: Connection<string>): Node {
  const git = request.core.git(request.repository);
  return presentNodes(oids, async (oid) => {
    const commit = await git.commit(oid);
    return commit ? presentCommitNode(request, commit) : null;
  });
}

async function presentSignature(request: RepositoryRequest, commit: Commit): Promise<Node | null> {
  const { core, repository } = request;
  const verification = await core.verify(repository, commit);
  if (verification.signature === null) return null;
  const isSsh = verification.reason !== 'unknown_signature_type';
  const states = { valid: 'VALID', unknown_key: 'UNKNOWN_KEY', invalid: 'INVALID', unsigned: 'UNSIGNED' } as const;
  return {
    __typename: isSsh ? 'SshSignature' : 'UnknownSignature',
    email: commit.committer.email,
    isValid: verification.verified,
    payload: verification.payload,
    signature: verification.signature,
    signer: null,
    state: verification.reason === 'unknown_signature_type' ? 'UNKNOWN_SIG_TYPE' : states[verification.reason],
    verifiedAt: verification.verified_at,
    wasSignedByGitHub: verification.verified,
    ...(isSsh ? { keyFingerprint: null } : {}),
  };
}

function presentEntry(request: RepositoryRequest, entry: TreeEntry, path: string): Node {
  const { core, repository } = request;
  return {
    __typename: 'TreeEntry',
    name: entry.name,
    nameRaw: Buffer.from(entry.name).toString('base64'),
    path,
    pathRaw: Buffer.from(path).toString('base64'),
    mode: Number.parseInt(entry.mode, 8),
    type: entry.type,
    oid: entry.oid,
    extension: /\.[^.]+$/.exec(entry.name)?.[0] ?? '',
    size: async () => (entry.type === 'blob' ? ((await core.git(repository).info(entry.oid))?.size ?? 0) : 0),
    object: () => (entry.type === 'commit' ? null : presentObject(request, entry.oid)),
    repository: () => request.repositoryNode(repository),
  };
}

function presentBlob(request: RepositoryRequest, info: ObjectInfo): Node {
  const { core, repository } = request;
  const read = async (): Promise<Buffer> => (await core.git(repository).read(info.oid))?.content ?? Buffer.alloc(0);
  return {
    ...gitObject(request, 'Blob', info.oid),
    byteSize: info.size,
    isTruncated: info.size > MAX_TEXT_BYTES,
    // As in Git: a zero byte near the start.
    isBinary: async () => (await read()).subarray(0, 8000).includes(0),
    text: async () => {
      const content = await read();
      return content.subarray(0, 8000).includes(0) ? null : content.subarray(0, MAX_TEXT_BYTES).toString('utf8');
    },
  };
}

/** The object of a revision; null when it does not exist. */
export async function presentObject(request: RepositoryRequest, revision: string): Promise<Node | null> {
  const { core, repository } = request;
  const git = core.git(repository);
  const info = await git.info(revision);
  if (!info) return null;
  if (info.type === 'blob') return presentBlob(request, info);
  if (info.type === 'commit') {
    const commit = await git.commit(info.oid);
    return commit ? presentCommitNode(request, commit) : null;
  }
  if (info.type === 'tag') return presentTagNode(request, info.oid);
  const tree = await git.tree(info.oid);
  const parent = revision.includes(':') ? revision.slice(revision.indexOf(':') + 1) : '';
  return {
    ...gitObject(request, 'Tree', info.oid),
    entries: (tree?.entries ?? []).map((entry) =>
      presentEntry(request, entry, parent === '' ? entry.name : `${parent}/${entry.name}`),
    ),
  };
}

async function presentTagNode(request: RepositoryRequest, oid: string): Promise<Node | null> {
  const { core, repository } = request;
  const tag = await core.git(repository).tag(oid);
  return (
    (tag && {
      ...gitObject(request, 'Tag', oid),
      name: tag.name,
      message: tag.message,
      tagger: { __typename: 'GitActor', ...tag.tagger, user: null },
      target: () => presentObject(request, tag.object),
    }) ??
    null
  );
}
