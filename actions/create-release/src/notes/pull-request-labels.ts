import type { RepositoryName } from '../../../lib/identifiers.ts';
import { explainRequestError, type GitHub } from '../../../lib/requests/github.ts';
import { sendGraphql } from '../../../lib/requests/graphql.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import type { LabelsOf } from './sections.ts';

/** Commits in one request. */
const MAX_COMMITS = 100;
const PERMISSION = 'pull-requests: read';

/**
 * The labels of the pull request that each commit came with, for up to 100 commits in one request:
 * https://docs.github.com/graphql/reference/objects#commit
 * @throws {ActionError} with the server's reason
 */
export function createLabelsOf(github: GitHub, graphqlUrl: string, repository: RepositoryName): LabelsOf {
  return async (shas) => {
    const labels = new Map<string, readonly string[]>();
    for (let start = 0; start < shas.length; start += MAX_COMMITS) {
      const batch = shas.slice(start, start + MAX_COMMITS);
      const commits = await requestCommits(github, graphqlUrl, { repository, shas: batch });
      for (const [index, sha] of batch.entries()) labels.set(sha, readLabels(commits.at(`c${index}`)));
    }
    return labels;
  };
}

async function requestCommits(
  github: GitHub,
  graphqlUrl: string,
  { repository, shas }: { repository: RepositoryName; shas: readonly string[] },
): Promise<ResponseData> {
  const [owner, name] = repository.split('/');
  const parameters = shas.map((_, index) => `, $o${index}: GitObjectID!`).join('');
  const fields = shas.map((_, index) => `c${index}: object(oid: $o${index}) { ...Labels }`).join('\n');
  const query = `query Labels($owner: String!, $name: String!${parameters}) { repository(owner: $owner, name: $name) {
${fields}
} }
fragment Labels on Commit {
  associatedPullRequests(first: 1) { nodes { labels(first: 20) { nodes { name } } } }
}`;
  const variables = { owner, name, ...Object.fromEntries(shas.map((sha, index) => [`o${index}`, sha])) };
  const data = await sendGraphql(github, graphqlUrl, {
    document: query,
    variables,
    subject: 'the labels of pull requests',
  }).catch((error: unknown) => {
    throw explainRequestError(error, 'reading the labels of pull requests', PERMISSION);
  });
  return data.at('repository');
}

/** Nothing for a commit without a pull request, and for one that the server does not have. */
function readLabels(commit: ResponseData): string[] {
  const [pull] = commit.optional?.at('associatedPullRequests').optional?.at('nodes').list() ?? [];
  const labels = pull?.optional?.at('labels').optional?.at('nodes').list() ?? [];
  return labels.map((label) => label.at('name').string());
}
