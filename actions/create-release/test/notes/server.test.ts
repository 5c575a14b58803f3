import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommitSha, RepositoryName } from '../../../lib/identifiers.ts';
import { createGitHubClient } from '../../../lib/requests/github.ts';
import { createHistory } from '../../src/history/github-history.ts';
import type { History } from '../../src/history/history.ts';
import { createLabelsOf } from '../../src/notes/pull-request-labels.ts';
import type { LabelsOf } from '../../src/notes/sections.ts';
import { sha } from './helpers.ts';

type Respond = (
  line: string,
  request: IncomingMessage,
) => Promise<{ status?: number; headers?: Record<string, string>; body: unknown }>;

let server: Server;
let respond: Respond;
let lines: string[] = [];
let labelsOf: LabelsOf;
let history: History;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    lines.push(line);
    const { status = 200, headers = {}, body } = await respond(line, request);
    await text(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = await createGitHubClient({ token: 't', apiUrl: origin, retries: 0 });
  labelsOf = createLabelsOf(github, `${origin}/graphql`, 'o/r' as RepositoryName);
  history = createHistory({ github, url: `${origin}/graphql`, repository: 'o/r' as RepositoryName });
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  lines = [];
});

const pull = (...names: string[]) => ({
  associatedPullRequests: { nodes: [{ labels: { nodes: names.map((name) => ({ name })) } }] },
});

describe('the labels of pull requests', () => {
  it('are requested for 100 commits at once', async () => {
    respond = async (_, request) => {
      const { variables } = (await json(request)) as { variables: Record<string, string> };
      const commits = Object.entries(variables).flatMap(([name, value]) =>
        name.startsWith('o') && name !== 'owner' ? [[`c${name.slice(1)}`, pull(value.slice(0, 3), 'all')]] : [],
      );
      return { body: { data: { repository: Object.fromEntries(commits) } } };
    };
    const shas = Array.from({ length: 250 }, (_, index) => sha(String(index)));
    const labels = await labelsOf(shas);
    expect(lines).toEqual(['POST /graphql', 'POST /graphql', 'POST /graphql']);
    expect([...labels]).toEqual(shas.map((one) => [one, [one.slice(0, 3), 'all']]));
  });

  it('are empty for a commit without a pull request, and for one that the server does not have', async () => {
    respond = async () => ({
      body: { data: { repository: { c0: { associatedPullRequests: { nodes: [] } }, c1: null, c2: {} } } },
    });
    expect([...(await labelsOf(['a', 'b', 'c'])).values()]).toEqual([[], [], []]);
  });

  it.each([
    ['FORBIDDEN', 'Resource not accessible by integration', 'permissions: { pull-requests: read }'],
    ['INTERNAL', 'Something went wrong', 'Run the job again'],
  ])('report the error %s', async (type, message, next) => {
    respond = async () => ({ body: { data: { repository: null }, errors: [{ type, message }] } });
    await expect(labelsOf(['a'])).rejects.toMatchObject({
      why: expect.stringContaining(message),
      next: expect.stringContaining(next),
    });
  });

  it.each([
    ['INTERNAL', 'Something went wrong'],
    ['RATE_LIMITED', 'API rate limit exceeded'],
  ])('are requested again after the transient error %s', async (type, message) => {
    const failed = { headers: { 'retry-after': '0' }, body: { data: null, errors: [{ type, message }] } };
    respond = async () => (lines.length === 1 ? failed : { body: { data: { repository: { c0: pull('bug') } } } });
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const github = await createGitHubClient({ token: 't', apiUrl: origin, retries: 1 });
    const read = createLabelsOf(github, `${origin}/graphql`, 'o/r' as RepositoryName);
    expect([...(await read(['a'])).values()]).toEqual([['bug']]);
  });

  it('report a refused request', async () => {
    respond = async () => ({ status: 403, body: { message: 'no' } });
    await expect(labelsOf(['a'])).rejects.toMatchObject({ next: expect.stringContaining('pull-requests: read') });
  });
});

describe('a file of the repository', () => {
  const commit = sha('head') as CommitSha;
  const base64 = (content: string | Buffer): string => Buffer.from(content).toString('base64');
  const file = (change: object) => ({ type: 'file', encoding: 'base64', sha: sha('blob'), content: '', ...change });

  it('is read at the commit', async () => {
    respond = async () => ({ body: file({ content: `${base64('Hällo').slice(0, 4)}\n${base64('Hällo').slice(4)}` }) });
    expect(await history.readFile('docs/a b.md', commit)).toBe('Hällo');
    expect(lines).toEqual([`GET /repos/o/r/contents/docs%2Fa%20b.md?ref=${commit}`]);
  });

  it('above 1 MB is read as a blob', async () => {
    respond = async (line) => ({
      body: line.includes('/git/blobs/')
        ? { content: base64('large'), encoding: 'base64' }
        : file({ encoding: 'none' }),
    });
    expect(await history.readFile('a.md', commit)).toBe('large');
    expect(lines[1]).toBe(`GET /repos/o/r/git/blobs/${sha('blob')}`);
  });

  it('that does not exist is undefined', async () => {
    respond = async () => ({ status: 404, body: { message: 'Not Found' } });
    expect(await history.readFile('a.md', commit)).toBeUndefined();
  });

  it.each([
    ['a directory', [file({})], 'it is a directory'],
    ['a submodule', file({ type: 'submodule', encoding: undefined }), 'it is a submodule'],
    ['a broken link', file({ type: 'symlink', encoding: undefined }), 'it is a symlink'],
    ['not text', file({ content: base64(Buffer.from([0xff, 0xfe])) }), 'it is not UTF-8 text'],
  ])('that is %s is an error', async (_, body, why) => {
    respond = async () => ({ body });
    await expect(history.readFile('a', commit)).rejects.toMatchObject({ why: expect.stringContaining(why) });
  });
});

describe('the commits of a first release', () => {
  it.each([
    ['are counted when there are too many to list', '<http://h/x?per_page=1&page=2345>; rel="last"', 2345],
    ['are not counted when the server does not say how many there are', '', undefined],
  ])('%s', async (_, link, total) => {
    respond = async (line) => {
      const all = line.includes('per_page=100');
      const body = all ? Array.from({ length: 100 }, (_, index) => ({ sha: `${index}`, commit: { message: '' } })) : [];
      return { headers: { link: all ? '<http://h/x>; rel="next"' : link }, body };
    };
    const result = await history.commits(undefined, sha('head') as CommitSha);
    expect([result.commits.length, result.complete, result.total]).toEqual([1000, false, total]);
  });
});
