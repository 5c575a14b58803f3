import { describe, expect, it } from '@jest/globals';
import type { GitHub } from '../../../lib/requests/github.ts';
import { HeadMovedError, RateLimitError, ResponseLostError } from '../../src/commit/repository.ts';
import { createGraphql, explainErrors } from '../../src/github/graphql.ts';
import { clientWith, requestError } from './fake-github.ts';

describe('errors with status 200', () => {
  it.each([
    [{ type: 'STALE_DATA', message: 'x' }, HeadMovedError],
    [{ message: 'Expected branch to point to "a" but it did not.  Pull and try again.' }, HeadMovedError],
    [{ message: 'refs/heads/main is at abc but expected def' }, HeadMovedError],
    [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }, RateLimitError],
    [{ message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' }, RateLimitError],
    [{ message: 'Something went wrong while executing your query' }, ResponseLostError],
    [{ type: 'SERVICE_UNAVAILABLE', message: 'x' }, ResponseLostError],
  ])('%j is transient', (error, kind) => {
    expect(explainErrors([error], 'committing')).toBeInstanceOf(kind);
  });

  it.each([
    [{ type: 'BRANCH_PROTECTION_RULE_VIOLATION', message: 'x' }, "violates the branch's rules", 'mode: pull-request'],
    [
      {
        type: 'UNPROCESSABLE',
        message: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n',
      },
      "violates the branch's rules",
      'bypass',
    ],
    [
      { type: 'UNPROCESSABLE', message: 'Changes must be made through a pull request.' },
      "violates the branch's rules",
      'job token cannot',
    ],
    [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }, 'was refused', 'contents: write'],
    [{ type: 'INSUFFICIENT_SCOPES', message: 'x' }, 'was refused', 'contents: write'],
    [
      { type: 'NOT_FOUND', message: "Could not resolve to a Repository with the name 'o/x'." },
      'failed: not found',
      'inputs repository and branch',
    ],
    [
      { type: 'UNPROCESSABLE', message: 'A path was requested for deletion which does not exist' },
      'failed',
      'Correct what the response names',
    ],
  ])('%j is final, with advice', (response, what, next) => {
    const error = explainErrors([response], 'committing to main');
    expect(error).toMatchObject({ what: expect.stringContaining(what), next: expect.stringContaining(next) });
    expect(error.message).not.toContain('\n');
  });
});

describe('a mutation', () => {
  it('is sent once, and a broken connection or a failing server is a lost response', async () => {
    for (const error of [requestError(500), requestError(502), requestError(503, { 'retry-after': '3' })]) {
      const { github, requests } = clientWith(error);
      await expect(createGraphql(github, 'https://x/graphql').mutate('m', {}, 'a')).rejects.toBeInstanceOf(
        ResponseLostError,
      );
      expect(requests).toMatchObject([{ route: 'POST https://x/graphql', parameters: { request: { retries: 0 } } }]);
    }
  });

  it.each([[{ data: null }], [{}]])(
    'with the response %j, without data and errors, is a lost response',
    async (data) => {
      const sent = createGraphql(clientWith(data).github, 'https://x/graphql').mutate('m', {}, 'a');
      await expect(sent).rejects.toMatchObject({
        name: 'ResponseLostError',
        message: 'the server responded with no data',
      });
    },
  );

  it('without a response names the host that could not be reached', async () => {
    // Octokit gives a request without a response the status 500.
    const unreachable = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:59999'), {
      status: 500,
      request: { url: 'https://x/graphql' },
      cause: { code: 'ECONNREFUSED' },
    });
    const sent = createGraphql(clientWith(unreachable).github, 'https://x/graphql').mutate('m', {}, 'a');
    await expect(sent).rejects.toMatchObject({
      name: 'ResponseLostError',
      message: 'x could not be reached: connect ECONNREFUSED 127.0.0.1:59999',
    });
  });

  it('that is rate limited reports how long to wait', async () => {
    const now = Math.floor(Date.now() / 1000);
    const fresh = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 300) };
    const limited = { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] };
    const answering = (headers: Record<string, string>) =>
      ({ request: async () => ({ data: limited, headers }) }) as unknown as GitHub;
    const waitOf = async (github: GitHub): Promise<[number | undefined, number | undefined]> => {
      const error = await createGraphql(github, 'u')
        .mutate('m', {}, 'a')
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RateLimitError);
      const { afterSeconds, minimumSeconds } = error as RateLimitError;
      return [afterSeconds && Math.ceil(afterSeconds), minimumSeconds];
    };
    expect([
      [300, undefined],
      [299, undefined],
    ]).toContainEqual(await waitOf(answering(fresh)));
    expect(await waitOf(answering({}))).toEqual([undefined, 60]);
    expect(await waitOf(clientWith(requestError(429, { 'retry-after': '3' })).github)).toEqual([3, undefined]);
    const secondary = Object.assign(new Error('You have exceeded a secondary rate limit'), {
      status: 403,
      response: {},
    });
    expect(await waitOf(clientWith(secondary).github)).toEqual([undefined, 60]);
  });

  it('that the token is not permitted to send is final', async () => {
    for (const [status, words] of [
      [401, 'the token is not valid'],
      [403, 'words'],
      [404, 'failed: not found'],
    ] as const) {
      const { github } = clientWith(requestError(status));
      await expect(createGraphql(github, 'u').mutate('m', {}, 'committing')).rejects.toThrow(words);
    }
  });
});
