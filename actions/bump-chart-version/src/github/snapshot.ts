import { ActionError } from '../../../lib/errors.ts';
import { type CommitSha, parseCommitSha, type RepositoryName } from '../../../lib/identifiers.ts';
import { explainRequestError, type GitHub, responseData } from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import type { ReadRequest, Snapshot } from '../commit/repository.ts';
import type { FileState } from '../files/file-source.ts';
import { exactBytes } from './blob.ts';
import type { Graphql } from './graphql.ts';

/** How many recent commits are read: the largest page of GitHub. They show rollbacks and the commits of earlier attempts. */
const MAX_COMMITS = 100;

const HISTORY = `history(first: ${MAX_COMMITS}) { nodes { oid message parents(first: 2) { nodes { oid } } signature { isValid } } }`;

/** Files in one query. A larger one would come near the time that GitHub gives a query: https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit */
const MAX_FILES = 1000;

/** The variables and fields of files, as parts of a query. */
function fileFields(paths: readonly string[]): { variables: string; fields: string } {
  return {
    variables: paths.map((_, index) => `, $p${index}: String!`).join(''),
    fields: paths
      .map((_, index) => `f${index}: file(path: $p${index}) { mode type oid object { ... on Blob { text } } }`)
      .join('\n'),
  };
}

const pathVariables = (paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path, index) => [`p${index}`, path]));

/** Whose files are read: the head of a branch, or a commit. */
type Source = 'default branch' | 'branch' | 'commit';

/** One query for the head and files of that commit, so that they match. */
function createQuery(paths: readonly string[], history: boolean, source: Source): string {
  const { variables, fields } = fileFields(paths);
  const commit = `... on Commit { oid ${history ? HISTORY : ''}
${fields}
    }`;
  const [variable, ref] = {
    'default branch': ['', `ref: defaultBranchRef { name target { ${commit} } }`],
    branch: [', $ref: String!', `ref(qualifiedName: $ref) { name target { ${commit} } }`],
    commit: [', $oid: GitObjectID!', `object(oid: $oid) { ${commit} }`],
  }[source];
  return `query Read($owner: String!, $name: String!${variable}${variables}) {
  repository(owner: $owner, name: $name) {
    ${ref}
  }
}`;
}

/** A query for more files of a commit that is known. */
function createFilesQuery(paths: readonly string[]): string {
  const { variables, fields } = fileFields(paths);
  return `query ReadMore($owner: String!, $name: String!, $oid: GitObjectID!${variables}) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) { ... on Commit {
${fields}
    } }
  }
}`;
}

/** What reading from a repository needs. */
export interface Reader {
  github: GitHub;
  graphql: Graphql;
  repository: RepositoryName;
}

/** @throws {ActionError} when the repository or the branch does not exist */
export async function readSnapshot(reader: Reader, { branch, commit, paths, history }: ReadRequest): Promise<Snapshot> {
  const { graphql, repository } = reader;
  const [owner, name] = repository.split('/');
  const batches = Array.from({ length: Math.ceil(paths.length / MAX_FILES) }, (_, index) =>
    paths.slice(index * MAX_FILES, (index + 1) * MAX_FILES),
  );
  const [first = [], ...others] = batches;
  const [source, where]: [Source, Record<string, string>] =
    commit !== undefined
      ? ['commit', { oid: commit }]
      : branch === undefined
        ? ['default branch', {}]
        : ['branch', { ref: `refs/heads/${branch}` }];
  const data = await graphql.query(
    createQuery(first, history, source),
    { owner, name, ...where, ...pathVariables(first) },
    `reading ${repository}`,
  );
  const found = data.at('repository').optional;
  const ref = commit === undefined ? found?.at('ref').optional : undefined;
  // A target that is not a commit is an empty object.
  const head = commit === undefined ? ref?.at('target').optional : found?.at('object').optional;
  if (head?.at('oid').optional === undefined)
    throw found === undefined ? repositoryNotFound(repository) : branchNotFound(repository, branch);
  const oid = head.at('oid').parsed(parseCommitSha);
  const files = new Map<string, FileState>();
  const addFiles = async (some: readonly string[], commit: ResponseData): Promise<void> => {
    for (const [index, path] of some.entries())
      files.set(path, await toFileState(reader, commit.at(`f${index}`).optional));
  };
  await addFiles(first, head);
  for (const some of others) {
    const variables = { owner, name, oid, ...pathVariables(some) };
    const more = await graphql.query(createFilesQuery(some), variables, `reading ${repository}`);
    await addFiles(some, more.at('repository').at('object'));
  }
  return {
    branch: branch ?? ref?.at('name').string() ?? '',
    head: oid,
    files,
    history: (head.at('history').optional?.at('nodes').list() ?? []).map((commit) => ({
      oid: commit.at('oid').parsed(parseCommitSha),
      message: commit.at('message').string(),
      parents: parentsOf(commit),
      verified: isVerified(commit),
    })),
    list: (directory) => listDirectory(reader, oid, directory),
  };
}

/** The IDs of a commit's parents. */
export const parentsOf = (commit: ResponseData): string[] =>
  commit
    .at('parents')
    .at('nodes')
    .list()
    .map((parent) => parent.at('oid').string());

/** Whether the server shows a commit's signature as valid. */
export const isVerified = (commit: ResponseData): boolean =>
  commit.at('signature').optional?.at('isValid').boolean() === true;

function repositoryNotFound(repository: RepositoryName): ActionError {
  return new ActionError({
    what: `the repository ${repository} was not found`,
    why: 'it does not exist, or the token cannot see it',
    next: 'Check the input repository. For a repository other than this one, pass a token that can write to it.',
  });
}

function branchNotFound(repository: RepositoryName, branch: string | undefined): ActionError {
  return new ActionError({
    what: branch === undefined ? `${repository} has no commits` : `the branch ${branch} was not found`,
    why: branch === undefined ? 'its default branch does not exist yet' : `${repository} has no branch with that name`,
    next: 'Push the branch, or correct the input branch.',
  });
}

// Git's file modes: https://git-scm.com/docs/git-fast-import#_filemodify
const LINK = 0o120000;
const SUBMODULE = 0o160000;

async function toFileState(reader: Reader, entry: ResponseData | undefined): Promise<FileState> {
  if (entry === undefined) return { kind: 'missing' };
  const mode = entry.at('mode').integer();
  const type = entry.at('type').string();
  if (mode === LINK) return { kind: 'refused', why: 'is a symbolic link; name the file that it points to' };
  if (mode === SUBMODULE || type === 'commit') {
    return { kind: 'refused', why: 'is a submodule; set the input repository to its repository' };
  }
  if (type !== 'blob') return { kind: 'refused', why: 'is a directory' };
  const oid = entry.at('oid').parsed(parseCommitSha);
  const text = entry.at('object').optional?.at('text').optional?.string() ?? null;
  return { kind: 'file', bytes: exactBytes(text, oid) ?? (await readBlob(reader, oid)) };
}

/** The exact blob, for what GraphQL does not return exactly: large files and bytes that are not text. */
async function readBlob({ github, repository }: Reader, oid: string): Promise<Uint8Array> {
  const [owner = '', repo = ''] = repository.split('/');
  try {
    const blob = responseData(await github.rest.git.getBlob({ owner, repo, file_sha: oid }), `the blob ${oid}`);
    const encoding = blob.at('encoding').string() === 'base64' ? 'base64' : 'utf8';
    return Buffer.from(blob.at('content').string(), encoding);
  } catch (error) {
    throw explainRequestError(error, `reading a file of ${repository}`, 'contents: read');
  }
}

async function listDirectory(
  { graphql, repository }: Reader,
  head: CommitSha,
  directory: string,
): Promise<string[] | undefined> {
  const [owner, name] = repository.split('/');
  const query = `query List($owner: String!, $name: String!, $expression: String!) {
  repository(owner: $owner, name: $name) { object(expression: $expression) { ... on Tree { entries { name type } } } }
}`;
  const expression = `${head}:${directory === '.' ? '' : directory}`;
  const data = await graphql.query(query, { owner, name, expression }, `listing ${directory}`);
  const entries = data.at('repository').optional?.at('object').optional?.at('entries').optional?.list();
  return entries?.map((entry) => `${entry.at('name').string()}${entry.at('type').string() === 'tree' ? '/' : ''}`);
}
