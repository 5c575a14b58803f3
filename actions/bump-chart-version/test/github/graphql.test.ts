import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { GitHub } from '../../../lib/github.ts';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import { ResponseData } from '../../../lib/responses.ts';
import { HeadMovedError, RateLimitError, ResponseLostError } from '../../src/commit/repository.ts';
import { createGraphql, explainErrors, type Graphql } from '../../src/github/graphql.ts';
import { createPullRequests } from '../../src/github/pull-requests.ts';
import { createCommit } from '../../src/github/repository.ts';
import { readSnapshot } from '../../src/github/snapshot.ts';
import { bytes } from '../helpers.ts';

const REPOSITORY = 'octo/shop' as RepositoryName;
const HEAD = 'a'.repeat(40) as CommitSha;

describe('faults that come with status 200', () => {
  it.each([
    [{ type: 'STALE_DATA', message: 'x' }, HeadMovedError],
    [{ message: 'Expected branch to point to "a" but it did not.  Pull and try again.' }, HeadMovedError],
    [{ message: 'refs/heads/main is at abc but expected def' }, HeadMovedError],
    [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }, RateLimitError],
    [{ message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' }, RateLimitError],
    [{ message: 'Something went wrong while executing your query' }, ResponseLostError],
    [{ type: 'SERVICE_UNAVAILABLE', message: 'x' }, ResponseLostError],
  ])('%j may pass', (fault, kind) => {
    expect(explainErrors([fault], 'committing')).toBeInstanceOf(kind);
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
  ])('%j ends it, with the way out', (fault, what, next) => {
    const error = explainErrors([fault], 'committing to main');
    expect(error).toMatchObject({ what: expect.stringContaining(what), next: expect.stringContaining(next) });
    expect(error.message).not.toContain('\n');
  });
});

/** A server that answers each request from a list. */
function server(...answers: unknown[]): {
  github: GitHub;
  requests: { route: string; parameters: Record<string, unknown> }[];
} {
  const requests: { route: string; parameters: Record<string, unknown> }[] = [];
  const request = async (route: string, parameters: Record<string, unknown>) => {
    requests.push({ route, parameters });
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return { url: 'https://x/graphql', status: 200, data: answer, headers: {} };
  };
  return { github: { request } as unknown as GitHub, requests };
}

const failure = (status: number, headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(`status ${status}`), { status, response: { headers, data: { message: 'words' } } });

describe('a mutation', () => {
  it('is sent once, and a broken connection or a failing server is a lost answer', async () => {
    for (const error of [failure(500), failure(502), failure(503, { 'retry-after': '3' })]) {
      const { github, requests } = server(error);
      await expect(createGraphql(github, 'https://x/graphql').mutate('m', {}, 'a')).rejects.toBeInstanceOf(
        ResponseLostError,
      );
      expect(requests).toMatchObject([{ route: 'POST https://x/graphql', parameters: { request: { retries: 0 } } }]);
    }
  });

  it('that meets a rate limit says when there is a new one', async () => {
    const now = Math.floor(Date.now() / 1000);
    const fresh = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(now + 300) };
    const limited = { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] };
    const answering = (headers: Record<string, string>) =>
      ({ request: async () => ({ data: limited, headers }) }) as unknown as GitHub;
    const seconds = async (github: GitHub): Promise<number> => {
      const error = await createGraphql(github, 'u')
        .mutate('m', {}, 'a')
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RateLimitError);
      return Math.round((error as RateLimitError).afterSeconds ?? 0);
    };
    expect([299, 300]).toContain(await seconds(answering(fresh)));
    expect(await seconds(answering({}))).toBe(60);
    expect(await seconds(server(failure(429, { 'retry-after': '3' })).github)).toBe(3);
  });

  it('that the token may not do ends at once', async () => {
    for (const [status, words] of [
      [401, 'the token is not valid'],
      [403, 'words'],
      [404, 'failed: not found'],
    ] as const) {
      const { github } = server(failure(status));
      await expect(createGraphql(github, 'u').mutate('m', {}, 'committing')).rejects.toThrow(words);
    }
  });
});

/** GraphQL that answers each document from a list. */
function answering(...answers: unknown[]): { graphql: Graphql; asked: Record<string, unknown>[] } {
  const asked: Record<string, unknown>[] = [];
  const answer = async (document: string, variables: Record<string, unknown>): Promise<ResponseData> => {
    asked.push({ document, ...variables });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return new ResponseData(next, 'the server hub.test', 'the answer');
  };
  return { graphql: { query: answer, mutate: answer }, asked };
}

const gitId = (data: Uint8Array): string =>
  createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex');

describe('reading the head', () => {
  const entry = (text: string | null, data = bytes(text ?? ''), mode = 0o100644) => ({
    mode,
    type: 'blob',
    oid: gitId(data),
    object: { text },
  });
  const head = (files: Record<string, unknown>) => ({
    repository: { ref: { name: 'main', target: { oid: HEAD, ...files } } },
  });
  const read = (answer: unknown, paths: string[], blob?: Uint8Array) => {
    const { graphql, asked } = answering(answer);
    const getBlob = async () => ({ data: { content: Buffer.from(blob ?? []).toString('base64'), encoding: 'base64' } });
    const github = { rest: { git: { getBlob } } } as unknown as GitHub;
    return readSnapshot({ graphql, github, repository: REPOSITORY }, { branch: undefined, paths, history: false }).then(
      (snapshot) => ({
        snapshot,
        asked,
      }),
    );
  };

  it('asks one question for all files of the default branch', async () => {
    const { snapshot, asked } = await read(head({ f0: entry('\ufeffa: b\r\n'), f1: null }), [
      'x/Chart.yaml',
      'x/$(odd) "path".yaml',
    ]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ owner: 'octo', name: 'shop', p0: 'x/Chart.yaml', p1: 'x/$(odd) "path".yaml' });
    expect(snapshot).toMatchObject({ branch: 'main', head: HEAD });
    expect(snapshot.files.get('x/Chart.yaml')).toEqual({ kind: 'file', bytes: bytes('\ufeffa: b\r\n') });
    expect(snapshot.files.get('x/$(odd) "path".yaml')).toEqual({ kind: 'missing' });
  });

  it.each([
    ['cut off', 'a: b'],
    ['changed on its way', 'a: \ufffd'],
    ['not there', null],
  ])('takes the bytes from the blob when the text is %s', async (_, text) => {
    const exact = Uint8Array.of(0x61, 0x3a, 0xff);
    const { snapshot } = await read(head({ f0: entry(text, exact) }), ['x'], exact);
    expect(snapshot.files.get('x')).toEqual({ kind: 'file', bytes: Buffer.from(exact) });
  });

  it.each([
    ['a symbolic link', { ...entry('y'), mode: 0o120000 }],
    ['a submodule', { ...entry(null), mode: 0o160000, type: 'commit' }],
    ['a directory', { ...entry(null), mode: 0o040000, type: 'tree' }],
  ])('refuses %s', async (what, found) => {
    const { snapshot } = await read(head({ f0: found }), ['x']);
    expect(snapshot.files.get('x')).toMatchObject({ kind: 'refused', why: expect.stringContaining(what) });
  });

  it('says when the repository or the branch is not there', async () => {
    await expect(read({ repository: null }, [])).rejects.toThrow('the repository octo/shop was not found');
    await expect(read({ repository: { ref: null } }, [])).rejects.toThrow('octo/shop has no commits');
    const { graphql } = answering({ repository: { ref: null } });
    const reading = readSnapshot(
      { graphql, github: server().github, repository: REPOSITORY },
      { branch: 'nope', paths: [], history: false },
    );
    await expect(reading).rejects.toThrow('the branch nope was not found');
  });
});

it('commits with the head expected, and says whether the commit is verified', async () => {
  const { graphql, asked } = answering({
    createCommitOnBranch: { commit: { oid: HEAD, signature: { isValid: true } } },
  });
  const message = { headline: 'h', body: 'b' };
  const files = [{ path: 'a b', bytes: bytes('ü') }];
  expect(await createCommit(graphql, REPOSITORY, { branch: 'main', parent: HEAD, message, files })).toEqual({
    oid: HEAD,
    verified: true,
  });
  expect(asked[0]?.input).toEqual({
    branch: { repositoryNameWithOwner: 'octo/shop', branchName: 'main' },
    expectedHeadOid: HEAD,
    message,
    fileChanges: { additions: [{ path: 'a b', contents: Buffer.from('ü').toString('base64') }] },
  });
});

describe('pull requests', () => {
  it('moves branches by comparing first', async () => {
    const { graphql, asked } = answering({ repository: { id: 'R1' } }, {});
    await createPullRequests({ graphql, github: server().github, repository: REPOSITORY }).moveBranches([
      { branch: 'p', from: 'none', to: HEAD },
      { branch: 'q', from: HEAD, to: 'none' },
      { branch: 'r', from: 'any', to: HEAD },
    ]);
    const none = '0'.repeat(40);
    expect(asked[1]?.input).toEqual({
      repositoryId: 'R1',
      refUpdates: [
        { name: 'refs/heads/p', beforeOid: none, afterOid: HEAD, force: true },
        { name: 'refs/heads/q', beforeOid: HEAD, afterOid: none, force: true },
        { name: 'refs/heads/r', afterOid: HEAD, force: true },
      ],
    });
  });

  it('reads all commits of a branch, a page at a time, and who made them', async () => {
    const pushed = { commit: { message: 'm', committer: { email: 'alice@octo.test' } }, committer: { login: 'alice' } };
    const made = { commit: { message: 'n', committer: { email: 'noreply@github.com' } }, committer: null };
    const flow = { commit: { message: 'o', committer: { email: 'x@ghe.test' } }, committer: { login: 'web-flow' } };
    const pages = [Array(100).fill(pushed), [made, flow]];
    const asked: unknown[] = [];
    const compareCommitsWithBasehead = async (request: unknown) => {
      asked.push(request);
      return { url: 'https://x/', data: { commits: pages.shift() } };
    };
    const github = { rest: { repos: { compareCommitsWithBasehead } } } as unknown as GitHub;
    const commits = await createPullRequests({ ...answering(), github, repository: REPOSITORY }).commitsBetween(
      'b',
      'h',
    );
    expect(commits).toHaveLength(102);
    expect(commits.slice(-3)).toEqual([
      { message: 'm', byServer: false },
      { message: 'n', byServer: true },
      { message: 'o', byServer: true },
    ]);
    const request = { owner: 'octo', repo: 'shop', basehead: 'b...h', per_page: 100 };
    expect(asked).toEqual([
      { ...request, page: 1 },
      { ...request, page: 2 },
    ]);
  });

  it.each<[string, unknown, boolean]>([
    ['merged', { state: 'MERGED', autoMergeRequest: null }, true],
    ['set to merge in this way', { state: 'OPEN', autoMergeRequest: { mergeMethod: 'SQUASH' } }, true],
    ['set to merge in another way', { state: 'OPEN', autoMergeRequest: { mergeMethod: 'MERGE' } }, false],
    ['open', { state: 'OPEN', autoMergeRequest: null }, false],
  ])('knows that one that is %s will merge or not', async (_, pullRequest, expected) => {
    const { graphql, asked } = answering({ repository: { pullRequest } });
    const proposals = createPullRequests({ graphql, github: server().github, repository: REPOSITORY });
    expect(await proposals.willMerge(1, 'squash')).toBe(expected);
    expect(asked).toMatchObject([{ owner: 'octo', name: 'shop', number: 1 }]);
  });

  it('that are refused because they exist, or whose answer is lost, are looked for again; others not', async () => {
    const opening = (error: Error) => {
      const github = { rest: { pulls: { create: async () => Promise.reject(error) } } } as unknown as GitHub;
      return createPullRequests({ ...answering(), github, repository: REPOSITORY }).create({
        branch: 'b',
        base: 'main',
        title: 't',
        body: '',
      });
    };
    const exists = Object.assign(failure(422), {
      response: {
        headers: {},
        data: { message: 'Validation Failed', errors: [{ message: 'A pull request already exists for x.' }] },
      },
    });
    await expect(opening(exists)).rejects.toBeInstanceOf(ResponseLostError);
    await expect(opening(failure(502))).rejects.toBeInstanceOf(ResponseLostError);
    await expect(opening(failure(403, { 'retry-after': '9' }))).rejects.toBeInstanceOf(RateLimitError);
    await expect(opening(failure(403))).rejects.toMatchObject({ name: 'PermissionError' });
  });

  it('merges at once when there is nothing to wait for, and explains where it may not wait', async () => {
    const merged: unknown[] = [];
    const github = {
      rest: { pulls: { merge: async (request: unknown) => merged.push(request) } },
    } as unknown as GitHub;
    const clean = explainErrors(
      [{ type: 'UNPROCESSABLE', message: 'Pull request Pull request is in clean status' }],
      'x',
    );
    const pull = { id: 'P1', number: 1 };
    await createPullRequests({ ...answering(clean), github, repository: REPOSITORY }).autoMerge(pull, 'squash', HEAD);
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
    const failing = { rest: { pulls: { merge: async () => Promise.reject(failure(502)) } } } as unknown as GitHub;
    await expect(
      createPullRequests({ ...answering(clean), github: failing, repository: REPOSITORY }).autoMerge(
        pull,
        'squash',
        HEAD,
      ),
    ).rejects.toBeInstanceOf(ResponseLostError);
    const off = explainErrors(
      [{ type: 'UNPROCESSABLE', message: 'Pull request Auto merge is not allowed for this repository' }],
      'x',
    );
    const refused = createPullRequests({ ...answering(off), github, repository: REPOSITORY }).autoMerge(
      pull,
      'merge',
      HEAD,
    );
    await expect(refused).rejects.toMatchObject({ next: expect.stringContaining('Allow auto-merge') });
  });
});
