import { ActionError } from '../../../lib/errors.ts';
import { explainRequest, type GitHub } from '../../../lib/github.ts';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import type { FileState } from '../files.ts';
import type { Snapshot } from '../repository.ts';
import { exactBytes } from './blob.ts';
import type { Graphql } from './graphql.ts';

interface Entry {
  mode: number;
  type: string;
  oid: string;
  object: { text?: string | null } | null;
}

interface Head {
  oid: CommitSha;
  history?: {
    nodes: {
      oid: CommitSha;
      message: string;
      parents: { nodes: { oid: string }[] };
      signature: { isValid: boolean } | null;
    }[];
  };
  [file: `f${number}`]: Entry | null;
}

interface Answer {
  repository: {
    ref: { name: string; target: Head } | null;
  } | null;
}

const HISTORY = `history(first: 50) { nodes { oid message parents(first: 2) { nodes { oid } } signature { isValid } } }`;

/** One query for the head and every file of that very commit, so that they belong together. */
function document(count: number, history: boolean, defaultBranch: boolean): string {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const variables = numbers.map((index) => `, $p${index}: String!`).join('');
  const files = numbers
    .map((index) => `f${index}: file(path: $p${index}) { mode type oid object { ... on Blob { text } } }`)
    .join('\n');
  const ref = defaultBranch ? 'ref: defaultBranchRef' : 'ref(qualifiedName: $ref)';
  return `query Read($owner: String!, $name: String!${defaultBranch ? '' : ', $ref: String!'}${variables}) {
  repository(owner: $owner, name: $name) {
    ${ref} { name target { ... on Commit { oid ${history ? HISTORY : ''}
${files}
    } } }
  }
}`;
}

/** A repository as the API shows it, for reading. */
export interface Reader {
  github: GitHub;
  graphql: Graphql;
  repository: RepositoryName;
}

/** @throws {ActionError} when the repository or the branch is not there */
export async function readSnapshot(
  reader: Reader,
  branch: string | undefined,
  paths: readonly string[],
  history: boolean,
): Promise<Snapshot> {
  const { graphql, repository } = reader;
  const [owner, name] = repository.split('/');
  const variables: Record<string, unknown> = {
    owner,
    name,
    ...(branch === undefined ? {} : { ref: `refs/heads/${branch}` }),
  };
  for (const [index, path] of paths.entries()) variables[`p${index}`] = path;
  const answer = await graphql.query<Answer>(
    document(paths.length, history, branch === undefined),
    variables,
    `reading ${repository}`,
  );
  const ref = answer.repository?.ref;
  if (!ref?.target.oid) throw noBranch(repository, branch, answer.repository !== null);
  const head = ref.target;
  const files = new Map<string, FileState>();
  for (const [index, path] of paths.entries()) files.set(path, await stateOf(reader, head[`f${index}`] ?? null));
  return {
    branch: branch ?? ref.name,
    head: head.oid,
    files,
    history: (head.history?.nodes ?? []).map(({ oid, message, parents, signature }) => ({
      oid,
      message,
      parents: parents.nodes.map((parent) => parent.oid),
      verified: signature?.isValid === true,
    })),
    list: (folder) => listFolder(reader, head.oid, folder),
  };
}

function noBranch(repository: RepositoryName, branch: string | undefined, exists: boolean): ActionError {
  if (!exists) {
    return new ActionError({
      what: `the repository ${repository} was not found`,
      why: 'the server does not know it, or the token may not see it',
      next: 'Check the input repository; for another repository than this one, pass a token that may write there.',
    });
  }
  return new ActionError({
    what: branch === undefined ? `${repository} has no commits` : `the branch ${branch} was not found`,
    why: branch === undefined ? 'its default branch does not exist yet' : `${repository} has no branch of that name`,
    next: 'Push the branch, or correct the input branch.',
  });
}

// Git's file modes: https://git-scm.com/docs/git-fast-import#_filemodify
const LINK = 0o120000;
const SUBMODULE = 0o160000;

async function stateOf(reader: Reader, entry: Entry | null): Promise<FileState> {
  if (entry === null) return { kind: 'missing' };
  if (entry.mode === LINK) return { kind: 'refused', why: 'is a symbolic link; name the file that it points to' };
  if (entry.mode === SUBMODULE || entry.type === 'commit') {
    return { kind: 'refused', why: 'is a submodule; name its own repository in the input repository' };
  }
  if (entry.type !== 'blob') return { kind: 'refused', why: 'is a folder' };
  const bytes = exactBytes(entry.object?.text ?? null, entry.oid) ?? (await readBlob(reader, entry.oid));
  return { kind: 'file', bytes };
}

/** The blob as it is, for what GraphQL does not give exactly: large files and bytes that are not text. */
async function readBlob({ github, repository }: Reader, oid: string): Promise<Uint8Array> {
  const [owner = '', repo = ''] = repository.split('/');
  try {
    const { data } = await github.rest.git.getBlob({ owner, repo, file_sha: oid });
    return Buffer.from(data.content, data.encoding === 'base64' ? 'base64' : 'utf8');
  } catch (error) {
    throw explainRequest(error, `reading a file of ${repository}`, 'contents: read');
  }
}

async function listFolder(
  { graphql, repository }: Reader,
  head: CommitSha,
  folder: string,
): Promise<string[] | undefined> {
  const [owner, name] = repository.split('/');
  const query = `query List($owner: String!, $name: String!, $expression: String!) {
  repository(owner: $owner, name: $name) { object(expression: $expression) { ... on Tree { entries { name type } } } }
}`;
  const expression = `${head}:${folder === '.' ? '' : folder}`;
  const answer = await graphql.query<{
    repository: { object: { entries?: { name: string; type: string }[] } | null } | null;
  }>(query, { owner, name, expression }, `listing ${folder}`);
  return answer.repository?.object?.entries?.map(({ name: each, type }) => (type === 'tree' ? `${each}/` : each));
}
