import { type CommitSha, parseCommitSha } from '../../../lib/identifiers.ts';
import { explainRequestError, isRateLimit, responseData, statusOf } from '../../../lib/requests/github.ts';
import { inChart } from '../charts/chart.ts';
import type { ChartCommit, History } from '../rollback/history.ts';
import type { Reader } from './snapshot.ts';

/** How far back a version is searched: so many commits that changed the chart's directory. The largest page of GitHub. */
const MAX_CHART_COMMITS = 100;

/** Charts in one query: each walks through the history. */
const MAX_CHARTS = 10;

/** The past of the repository, through GraphQL and one comparison. */
export function createHistory(reader: Reader): History {
  return {
    findCommit: (id, head) => findCommit(reader, id, head),
    chartCommits: (head, charts) => chartCommits(reader, head, charts),
  };
}

/** The responses for an ID that no commit has, or several have. */
const UNKNOWN = [404, 422];

/**
 * Compares the head with the commit: what they have in common is the commit itself when it is in the history of the head. The second page has no
 * files: https://docs.github.com/rest/commits/commits#compare-two-commits
 */
async function findCommit(
  { github, repository }: Reader,
  id: string,
  head: CommitSha,
): Promise<Pick<ChartCommit, 'oid' | 'message'> | undefined> {
  const [owner = '', repo = ''] = repository.split('/');
  const action = `looking for the commit ${id}`;
  try {
    const request = { owner, repo, basehead: `${id}...${head}`, per_page: 1, page: 2 };
    const response = await github.rest.repos.compareCommitsWithBasehead(request);
    const common = responseData(response, `the response to ${action}`).at('merge_base_commit');
    const oid = common.at('sha').parsed(parseCommitSha);
    return oid.startsWith(id) ? { oid, message: common.at('commit').at('message').string() } : undefined;
  } catch (error) {
    if (UNKNOWN.includes(statusOf(error) ?? 0) && !isRateLimit(error)) return undefined;
    throw explainRequestError(error, action, 'contents: read');
  }
}

async function chartCommits(
  reader: Reader,
  head: CommitSha,
  charts: readonly string[],
): Promise<Map<string, ChartCommit[]>> {
  const found = new Map<string, ChartCommit[]>();
  for (let start = 0; start < charts.length; start += MAX_CHARTS) {
    for (const [chart, commits] of await queryCharts(reader, head, charts.slice(start, start + MAX_CHARTS)))
      found.set(chart, commits);
  }
  return found;
}

async function queryCharts(
  { graphql, repository }: Reader,
  head: CommitSha,
  charts: readonly string[],
): Promise<[string, ChartCommit[]][]> {
  const [owner, name] = repository.split('/');
  const isRoot = (chart: string): boolean => chart === '.';
  const variables = charts.flatMap((chart, index) => [
    ...(isRoot(chart) ? [] : [[`d${index}`, chart] as const]),
    [`f${index}`, inChart(chart, 'Chart.yaml')] as const,
  ]);
  const fields = charts.map((chart, index) => {
    const path = isRoot(chart) ? '' : `, path: $d${index}`;
    return `c${index}: history(first: ${MAX_CHART_COMMITS}${path}) { nodes { oid message file(path: $f${index}) { object { ... on Blob { text } } } } }`;
  });
  const query = `query Charts($owner: String!, $name: String!, $oid: GitObjectID!${variables.map(([key]) => `, $${key}: String!`).join('')}) {
  repository(owner: $owner, name: $name) { object(oid: $oid) { ... on Commit {
${fields.join('\n')}
  } } }
}`;
  const values = { owner, name, oid: head, ...Object.fromEntries(variables) };
  const data = await graphql.query(query, values, `reading the history of ${repository}`);
  const commit = data.at('repository').at('object');
  return charts.map((chart, index) => [
    chart,
    commit
      .at(`c${index}`)
      .at('nodes')
      .list()
      .map((node) => ({
        oid: node.at('oid').parsed(parseCommitSha),
        message: node.at('message').string(),
        chartYaml: node.at('file').optional?.at('object').optional?.at('text').optional?.string(),
      })),
  ]);
}
