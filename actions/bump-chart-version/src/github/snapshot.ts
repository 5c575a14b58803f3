import type { Answer } from '../../../lib/answers.ts';
import { ActionError } from '../../../lib/errors.ts';
import { answerTo, explainRequest, type GitHub } from '../../../lib/github.ts';
import { type CommitSha, parseCommitSha, type RepositoryName } from '../../../lib/identifiers.ts';
import type { FileState } from '../files.ts';
import type { Snapshot } from '../repository.ts';
import { exactBytes } from './blob.ts';
import type { Graphql } from './graphql.ts';

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
  const answer = await graphql.query(
    document(paths.length, history, branch === undefined),
    variables,
    `reading ${repository}`,
  );
  const found = answer.at('repository').there;
  const ref = found?.at('ref').there;
  // Anything but a commit is given as an empty object.
  const head = ref?.at('target').there;
  if (ref === undefined || head?.at('oid').there === undefined) throw noBranch(repository, branch, found !== undefined);
  const oid = head.at('oid').parsed(parseCommitSha);
  const files = new Map<string, FileState>();
  for (const [index, path] of paths.entries()) files.set(path, await stateOf(reader, head.at(`f${index}`).there));
  return {
    branch: branch ?? ref.at('name').text(),
    head: oid,
    files,
    history: (head.at('history').there?.at('nodes').list() ?? []).map((commit) => ({
      oid: commit.at('oid').parsed(parseCommitSha),
      message: commit.at('message').text(),
      parents: parentsOf(commit),
      verified: isVerified(commit),
    })),
    list: (folder) => listFolder(reader, oid, folder),
  };
}

/** The ids of a commit's parents. */
export const parentsOf = (commit: Answer): string[] =>
  commit
    .at('parents')
    .at('nodes')
    .list()
    .map((parent) => parent.at('oid').text());

/** Whether the server shows a commit's signature as valid. */
export const isVerified = (commit: Answer): boolean => commit.at('signature').there?.at('isValid').boolean() === true;

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

async function stateOf(reader: Reader, entry: Answer | undefined): Promise<FileState> {
  if (entry === undefined) return { kind: 'missing' };
  const mode = entry.at('mode').count();
  const type = entry.at('type').text();
  if (mode === LINK) return { kind: 'refused', why: 'is a symbolic link; name the file that it points to' };
  if (mode === SUBMODULE || type === 'commit') {
    return { kind: 'refused', why: 'is a submodule; name its own repository in the input repository' };
  }
  if (type !== 'blob') return { kind: 'refused', why: 'is a folder' };
  const oid = entry.at('oid').parsed(parseCommitSha);
  const text = entry.at('object').there?.at('text').there?.text() ?? null;
  return { kind: 'file', bytes: exactBytes(text, oid) ?? (await readBlob(reader, oid)) };
}

/** The blob as it is, for what GraphQL does not give exactly: large files and bytes that are not text. */
async function readBlob({ github, repository }: Reader, oid: string): Promise<Uint8Array> {
  const [owner = '', repo = ''] = repository.split('/');
  try {
    const blob = answerTo(await github.rest.git.getBlob({ owner, repo, file_sha: oid }), `the blob ${oid}`);
    const encoding = blob.at('encoding').text() === 'base64' ? 'base64' : 'utf8';
    return Buffer.from(blob.at('content').text(), encoding);
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
  const answer = await graphql.query(query, { owner, name, expression }, `listing ${folder}`);
  const entries = answer.at('repository').there?.at('object').there?.at('entries').there?.list();
  return entries?.map((entry) => `${entry.at('name').text()}${entry.at('type').text() === 'tree' ? '/' : ''}`);
}
