import { describe, expect, it } from '@jest/globals';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import type { GitHub } from '../../../lib/requests/github.ts';
import { createHistory } from '../../src/github/history.ts';
import type { History } from '../../src/rollback/history.ts';
import { graphqlWith, requestError } from './fake-github.ts';

const HEAD = 'a'.repeat(40) as CommitSha;
const COMMIT = `0123456${'b'.repeat(33)}`;

/** A history whose comparison gets this response; an error is thrown. */
function historyWith({ compared, queried = [] }: { compared?: unknown; queried?: unknown[] }): {
  history: History;
  sent: Record<string, unknown>[];
  compares: unknown[];
} {
  const compares: unknown[] = [];
  const compareCommitsWithBasehead = async (request: unknown) => {
    compares.push(request);
    if (compared instanceof Error) throw compared;
    return { data: compared };
  };
  const { graphql, sent } = graphqlWith(...queried);
  const github = { rest: { repos: { compareCommitsWithBasehead } } } as unknown as GitHub;
  return { history: createHistory({ github, graphql, repository: 'octo/shop' as RepositoryName }), sent, compares };
}

describe('the commit that an ID names', () => {
  const common = (sha: string) => ({ merge_base_commit: { sha, commit: { message: 'chore: it' } } });

  it('is found with one comparison without files', async () => {
    const { history, compares } = historyWith({ compared: common(COMMIT) });
    expect(await history.findCommit('0123456', HEAD)).toEqual({ oid: COMMIT, message: 'chore: it' });
    expect(compares).toEqual([{ owner: 'octo', repo: 'shop', basehead: `0123456...${HEAD}`, per_page: 1, page: 2 }]);
  });

  it.each<[string, unknown]>([
    ['is on another branch, or names one', common('c'.repeat(40))],
    ['does not exist', requestError(404)],
    ['is not the only one', requestError(422)],
  ])('is unknown when it %s', async (_, compared) => {
    expect(await historyWith({ compared }).history.findCommit('0123456', HEAD)).toBeUndefined();
  });

  it.each([401, 500])('is not unknown because of a failure with status %d', async (status) => {
    const { history } = historyWith({ compared: requestError(status) });
    await expect(history.findCommit('0123456', HEAD)).rejects.toThrow('looking for the commit 0123456');
  });
});

describe('the commits of charts', () => {
  const nodes = (...commits: unknown[]) => ({ nodes: commits });
  const node = (text: string | null) => ({
    oid: COMMIT,
    message: 'm',
    file: text === null ? null : { object: { text } },
  });

  it('are read for ten charts at a time, with Chart.yaml at each', async () => {
    const charts = ['.', ...Array.from({ length: 10 }, (_, index) => `helm/c${index}`)];
    const page = Object.fromEntries(
      charts.slice(0, 10).map((_, index) => [`c${index}`, nodes(node(`version: 1.0.${index}`))]),
    );
    const { history, sent } = historyWith({
      queried: [{ repository: { object: page } }, { repository: { object: { c0: nodes(node(null)) } } }],
    });
    const found = await history.chartCommits(HEAD, charts);
    expect(sent).toMatchObject([
      { oid: HEAD, f0: 'Chart.yaml', d1: 'helm/c0', f1: 'helm/c0/Chart.yaml' },
      { oid: HEAD, d0: 'helm/c9', f0: 'helm/c9/Chart.yaml' },
    ]);
    expect(sent[0]).not.toHaveProperty('d0');
    expect(sent[0]?.document).toContain('c0: history(first: 100) { nodes');
    expect(sent[0]?.document).toContain('c1: history(first: 100, path: $d1) { nodes');
    expect(found.get('.')).toEqual([{ oid: COMMIT, message: 'm', chartYaml: 'version: 1.0.0' }]);
    expect(found.get('helm/c9')).toEqual([{ oid: COMMIT, message: 'm', chartYaml: undefined }]);
  });
});
