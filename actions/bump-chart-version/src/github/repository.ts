import { type CommitSha, parseCommitSha, type RepositoryName } from '../../../lib/identifiers.ts';
import {
  createGitHubClient,
  explainRequestError,
  type GitHub,
  isRateLimit,
  responseData,
  statusOf,
} from '../../../lib/requests/github.ts';
import { InvalidResponseError } from '../../../lib/requests/responses.ts';
import { type Committed, type NewCommit, type Repository, ResponseLostError } from '../commit/repository.ts';
import { createGraphql, type Graphql } from './graphql.ts';
import { createHistory } from './history.ts';
import { isVerified, type Reader, readSnapshot } from './snapshot.ts';
import { listTree } from './tree.ts';

const COMMIT = `mutation Commit($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid } } }
}`;

/**
 * Commits through `createCommitOnBranch`: GitHub signs the commit, keeps each file's mode, and refuses it when the head is not the expected one.
 * https://docs.github.com/graphql/reference/mutations#createcommitonbranch
 */
export async function createCommit(
  graphql: Graphql,
  repository: RepositoryName,
  commit: NewCommit,
): Promise<Committed> {
  const { branch, parent, message, files } = commit;
  const input = {
    branch: { repositoryNameWithOwner: repository, branchName: branch },
    expectedHeadOid: parent,
    message: { headline: message.headline, ...(message.body === '' ? {} : { body: message.body }) },
    fileChanges: {
      additions: files.map(({ path, bytes }) => ({ path, contents: Buffer.from(bytes).toString('base64') })),
    },
  };
  const action = `committing to ${branch}`;
  const data = await graphql.mutate(COMMIT, { input }, action);
  try {
    const created = data.at('createCommitOnBranch').at('commit');
    return { oid: created.at('oid').parsed(parseCommitSha), verified: isVerified(created) };
  } catch (error) {
    // The server reports no error, so there may be a commit.
    throw error instanceof InvalidResponseError
      ? new ResponseLostError(action, error.message, { cause: error })
      : error;
  }
}

export interface Connection {
  token: string;
  apiUrl: string;
  graphqlUrl: string;
  /** Retries of each request after its first attempt. Default: that of the client. */
  retries?: number;
}

/** A client for the repository that holds the charts. */
export async function createReader(
  repository: RepositoryName,
  { graphqlUrl, ...connection }: Connection,
): Promise<Reader> {
  const github = await createGitHubClient(connection);
  return { github, graphql: createGraphql(github, graphqlUrl), repository };
}

export function createRepository(reader: Reader): Repository {
  return {
    read: (request) => readSnapshot(reader, request),
    listFiles: (commit) => listTree(reader, commit),
    commit: (commit) => createCommit(reader.graphql, reader.repository, commit),
    history: createHistory(reader),
    isAncestor: (repository, commit, of) => isAncestor(reader.github, { repository, commit, of }),
  };
}

/** The responses for a commit or a repository that the token cannot see. A commit without a branch may be gone. */
const UNKNOWN = [403, 404, 422];

interface AncestorRequest {
  repository: string;
  commit: CommitSha;
  of: CommitSha;
}

/**
 * Compares two commits: the second is behind or identical when it is in the history of the first. The second page has the status without
 * the files: https://docs.github.com/rest/commits/commits#compare-two-commits
 */
async function isAncestor(github: GitHub, { repository, commit, of }: AncestorRequest): Promise<boolean | undefined> {
  const [owner = '', repo = ''] = repository.split('/');
  const action = `comparing ${commit} with ${of}`;
  try {
    const request = { owner, repo, basehead: `${of}...${commit}`, per_page: 1, page: 2 };
    const response = await github.rest.repos.compareCommitsWithBasehead(request);
    const status = responseData(response, `the response to ${action}`).at('status').string();
    return status === 'behind' || status === 'identical';
  } catch (error) {
    if (UNKNOWN.includes(statusOf(error) ?? 0) && !isRateLimit(error)) return undefined;
    throw explainRequestError(error, action, 'contents: read');
  }
}
