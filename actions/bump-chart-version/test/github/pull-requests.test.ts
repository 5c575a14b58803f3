import { describe, expect, it } from '@jest/globals';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import type { GitHub } from '../../../lib/requests/github.ts';
import { RateLimitError, ResponseLostError } from '../../src/commit/repository.ts';
import { explainErrors } from '../../src/github/graphql.ts';
import { createPullRequests } from '../../src/github/pull-requests.ts';
import { clientWith, graphqlWith, requestError } from './fake-github.ts';

const REPOSITORY = 'octo/shop' as RepositoryName;
const HEAD = 'a'.repeat(40) as CommitSha;

describe('pull requests', () => {
  it('moves branches only from where they are expected', async () => {
    const { graphql, sent } = graphqlWith({ repository: { id: 'R1' } }, {});
    await createPullRequests({ graphql, github: clientWith().github, repository: REPOSITORY }).moveBranches([
      { branch: 'p', from: 'none', to: HEAD },
      { branch: 'q', from: HEAD, to: 'none' },
      { branch: 'r', from: 'any', to: HEAD },
    ]);
    const none = '0'.repeat(40);
    expect(sent[1]?.input).toEqual({
      repositoryId: 'R1',
      refUpdates: [
        { name: 'refs/heads/p', beforeOid: none, afterOid: HEAD, force: true },
        { name: 'refs/heads/q', beforeOid: HEAD, afterOid: none, force: true },
        { name: 'refs/heads/r', afterOid: HEAD, force: true },
      ],
    });
  });

  it('reads all commits of a branch, page by page, and who created them', async () => {
    const pushed = { commit: { message: 'm', committer: { email: 'alice@octo.test' } }, committer: { login: 'alice' } };
    const created = { commit: { message: 'n', committer: { email: 'noreply@github.com' } }, committer: null };
    const flow = { commit: { message: 'o', committer: { email: 'x@ghe.test' } }, committer: { login: 'web-flow' } };
    const pages = [Array(100).fill(pushed), [created, flow]];
    const [mergeBase, files] = [{ sha: 'b'.repeat(40) }, [{ filename: 'Chart.yaml' }]];
    const sent: unknown[] = [];
    const compareCommitsWithBasehead = async (request: unknown) => {
      sent.push(request);
      return { url: 'https://x/', data: { commits: pages.shift(), merge_base_commit: mergeBase, files } };
    };
    const github = { rest: { repos: { compareCommitsWithBasehead } } } as unknown as GitHub;
    const pullRequests = createPullRequests({ ...graphqlWith(), github, repository: REPOSITORY });
    const { commits, ...compared } = await pullRequests.compare('b', 'h');
    expect(compared).toEqual({ mergeBase: 'b'.repeat(40), files: ['Chart.yaml'], isComplete: true });
    expect(commits).toHaveLength(102);
    expect(commits.slice(-3)).toEqual([
      { message: 'm', byServer: false },
      { message: 'n', byServer: true },
      { message: 'o', byServer: true },
    ]);
    const request = { owner: 'octo', repo: 'shop', basehead: 'b...h', per_page: 100 };
    expect(sent).toEqual([
      { ...request, page: 1 },
      { ...request, page: 2 },
    ]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['merged', { state: 'MERGED' }, { isOpen: false, isMerged: true, autoMerge: undefined }],
    ['closed', { state: 'CLOSED' }, { isOpen: false, isMerged: false, autoMerge: undefined }],
    ['open', { state: 'OPEN' }, { isOpen: true, isMerged: false, autoMerge: undefined }],
    [
      'open and will be merged automatically',
      { state: 'OPEN', autoMergeRequest: { mergeMethod: 'SQUASH' } },
      { isOpen: true, isMerged: false, autoMerge: 'squash' },
    ],
  ])('that are %s are recognized', async (_, state, expected) => {
    const pullRequest = { headRefOid: HEAD, autoMergeRequest: null, ...state };
    const { graphql, sent } = graphqlWith({ repository: { pullRequest } });
    const pullRequests = createPullRequests({ graphql, github: clientWith().github, repository: REPOSITORY });
    expect(await pullRequests.stateOf(1)).toEqual({ head: HEAD, ...expected });
    expect(sent).toMatchObject([{ owner: 'octo', name: 'shop', number: 1 }]);
  });

  it('that already exist, or whose response is lost, are transient errors; others are not', async () => {
    const opening = (error: Error) => {
      const github = { rest: { pulls: { create: async () => Promise.reject(error) } } } as unknown as GitHub;
      return createPullRequests({ ...graphqlWith(), github, repository: REPOSITORY }).create({
        branch: 'b',
        base: 'main',
        title: 't',
        body: '',
        isDraft: false,
      });
    };
    const exists = Object.assign(requestError(422), {
      response: {
        headers: {},
        data: { message: 'Validation Failed', errors: [{ message: 'A pull request already exists for x.' }] },
      },
    });
    await expect(opening(exists)).rejects.toBeInstanceOf(ResponseLostError);
    await expect(opening(requestError(502))).rejects.toBeInstanceOf(ResponseLostError);
    await expect(opening(requestError(403, { 'retry-after': '9' }))).rejects.toBeInstanceOf(RateLimitError);
    await expect(opening(requestError(403))).rejects.toMatchObject({ name: 'PermissionError' });
  });

  it('are merged immediately if possible, and report that auto-merge is not allowed', async () => {
    const merged: unknown[] = [];
    const github = {
      rest: { pulls: { merge: async (request: unknown) => merged.push(request) } },
    } as unknown as GitHub;
    const clean = explainErrors(
      [{ type: 'UNPROCESSABLE', message: 'Pull request Pull request is in clean status' }],
      'x',
    );
    const pull = { id: 'P1', number: 1 };
    await createPullRequests({ ...graphqlWith(clean), github, repository: REPOSITORY }).autoMerge(pull, 'squash', HEAD);
    expect(merged).toEqual([
      {
        owner: 'octo',
        repo: 'shop',
        pull_number: 1,
        merge_method: 'squash',
        sha: HEAD,
        request: { retries: 0 },
      },
    ]);
    const failing = { rest: { pulls: { merge: async () => Promise.reject(requestError(502)) } } } as unknown as GitHub;
    await expect(
      createPullRequests({ ...graphqlWith(clean), github: failing, repository: REPOSITORY }).autoMerge(
        pull,
        'squash',
        HEAD,
      ),
    ).rejects.toBeInstanceOf(ResponseLostError);
    const off = explainErrors(
      [{ type: 'UNPROCESSABLE', message: 'Pull request Auto merge is not allowed for this repository' }],
      'x',
    );
    const refused = createPullRequests({ ...graphqlWith(off), github, repository: REPOSITORY }).autoMerge(
      pull,
      'merge',
      HEAD,
    );
    await expect(refused).rejects.toMatchObject({ next: expect.stringContaining('Allow auto-merge') });
  });
});
