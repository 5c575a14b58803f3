import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import { createGitHubClient } from '../../../lib/requests/github.ts';
import { createGraphql } from '../../src/github/graphql.ts';
import { createPullRequests } from '../../src/github/pull-requests.ts';
import { createCommit } from '../../src/github/repository.ts';
import { type Reader, readSnapshot } from '../../src/github/snapshot.ts';

const TIMEOUT_MS = 20_000;
const SHA = 'a'.repeat(40) as CommitSha;

let server: Server;
let reader: Reader;
let body = '';

beforeAll(async () => {
  server = createServer((request, response) =>
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/json' }).end(body)),
  );
  // A large response keeps this process busy longer than the server keeps an idle connection.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = await createGitHubClient({ token: 't', apiUrl: origin, retries: 2, wait: async () => undefined });
  reader = { github, graphql: createGraphql(github, `${origin}/graphql`), repository: 'o/r' as RepositoryName };
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const read = () => readSnapshot(reader, { branch: 'main', paths: ['Chart.yaml'], history: true });
const commit = { branch: 'main', parent: SHA, message: { headline: 'h', body: '' }, files: [] };

/** Every request whose response is parsed. */
const requests: Record<string, () => Promise<unknown>> = {
  read,
  list: async () => (await read()).list('helm'),
  commit: () => createCommit(reader.graphql, reader.repository, commit),
  find: () => createPullRequests(reader).find('bump', 'main'),
  compare: () => createPullRequests(reader).compare(SHA, SHA),
  moveBranches: () => createPullRequests(reader).moveBranches([]),
  open: () =>
    createPullRequests(reader).create({ branch: 'bump', base: 'main', title: 't', body: 'b', isDraft: false }),
  peopleOf: () => createPullRequests(reader).peopleOf(1),
  stateOf: () => createPullRequests(reader).stateOf(1),
};

const outcomeOf = async (request: string, response: unknown): Promise<unknown> => {
  body = typeof response === 'string' ? response : JSON.stringify(response);
  return requests[request]?.().catch(
    (error: Error) => `${error.name}: ${error.message.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST')}`,
  );
};
const invalidResponse = (why: string) => `InvalidResponseError: invalid response from the server HOST: ${why}`;
const target = (rest: object) => ({ data: { repository: { ref: { name: 'main', target: { oid: SHA, ...rest } } } } });

describe('an unexpected response of GitHub', () => {
  it.each<[string, unknown, string]>([
    ['read', [], 'the response to reading o/r is a list, not a mapping'],
    ['read', { data: 'x' }, 'the response to reading o/r'],
    ['read', { errors: 'x' }, 'in the response to reading o/r, `errors` is a string, not a list'],
    [
      'read',
      { errors: [{ message: 7 }] },
      'in the response to reading o/r, `errors[0].message` is a number, not a string',
    ],
    [
      'read',
      target({ f0: [] }),
      'in the response to reading o/r, `data.repository.ref.target.f0` is a list, not a mapping',
    ],
    [
      'read',
      target({ f0: { mode: 33188, type: 'blob', oid: SHA, object: { text: 7 } } }),
      '`data.repository.ref.target.f0.object.text` is a number, not a string',
    ],
    ['read', target({ history: { nodes: [{}] } }), '`data.repository.ref.target.history.nodes[0].oid` is missing'],
    ['find', target({}), '`data.repository.ref.associatedPullRequests` is missing, not a mapping'],
    ['compare', {}, '`commits` is missing, not a list'],
    ['open', { number: 'x', node_id: 'y' }, 'in the new pull request, `number` is a string, not a whole number'],
    ['peopleOf', { assignees: [{}] }, 'the reviews of pull request 1 is a mapping, not a list'],
  ])('is reported with the location: %s %j', async (request, response, why) => {
    const outcome = String(await outcomeOf(request, response));
    expect(outcome).toContain(invalidResponse(''));
    expect(outcome).toContain(why);
  });

  it.each(['read', 'find', 'stateOf', 'commit'])('is transient when it has no data: %s', async (request) => {
    expect(await outcomeOf(request, { data: null })).toBe('ResponseLostError: the server responded with no data');
  });

  it.each([{}, { createCommitOnBranch: null }, { createCommitOnBranch: { commit: { oid: 7 } } }])(
    'to a commit leaves it unknown whether there is one: %j',
    async (data) => {
      const outcome = String(await outcomeOf('commit', { data }));
      expect(outcome).toMatch(
        /^ResponseLostError: .+ in the response to committing to main, `data\.createCommitOnBranch/,
      );
    },
  );

  it.each(['<html>', '', '{"data": {"repos'])('is transient when it is %j', async (response) => {
    for (const request of ['commit', 'open', 'moveBranches'])
      expect(await outcomeOf(request, response)).toMatch(
        /^(?:ResponseLost|Action)Error: .*the response from the server HOST/,
      );
  });

  it(
    'never causes an unexpected error, for any JSON',
    async () => {
      const keys = ['data', 'errors', 'message', 'type', 'path', 'repository', 'ref', 'name', 'target', 'oid', 'f0'];
      const more = [
        'object',
        'entries',
        'history',
        'nodes',
        'signature',
        'parents',
        'id',
        'commits',
        'commit',
        'number',
      ];
      const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
        tree: fc.oneof(
          { maxDepth: 7, depthSize: 'large' },
          fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.constant(SHA)),
          fc.dictionary(fc.constantFrom(...keys, ...more), tie('tree'), { maxKeys: 4 }),
          fc.array(tie('tree'), { maxLength: 2 }),
        ),
      }));
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...Object.keys(requests)), tree, async (request, response) => {
          expect(String(await outcomeOf(request, response))).not.toMatch(/^(?:Type|Range|Syntax|Reference)?Error:/);
        }),
        { numRuns: 300 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'can contain 200,000 commits on one page',
    async () => {
      const commits = Array.from({ length: 200_000 }, () => ({
        commit: { message: 'm', committer: null },
        committer: null,
      }));
      const outcome = await outcomeOf('compare', { commits, merge_base_commit: { sha: SHA } });
      expect((outcome as { commits: unknown }).commits).toHaveLength(200_000);
    },
    TIMEOUT_MS,
  );

  it(
    'is an error when a list does not end',
    async () => {
      const commits = Array.from({ length: 100 }, () => ({ commit: { message: 'm', committer: null } }));
      expect(await outcomeOf('compare', { commits })).toContain('has no end');
    },
    TIMEOUT_MS,
  );
});
