import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommitSha, RepositoryName } from '../../lib/identifiers.ts';
import { classifyRequestError, createGitHubClient, responseMessage, statusOf } from '../../lib/requests/github.ts';
import { createHistory } from '../src/history/github-history.ts';
import type { History } from '../src/history/history.ts';
import { createReleases } from '../src/releases/github-releases.ts';
import type { Release, Releases } from '../src/releases/releases.ts';
import { content } from './fake-releases.ts';

type Handler = (
  request: IncomingMessage,
  url: URL,
) => { status?: number; headers?: Record<string, string>; body: unknown };

let server: Server;
let origin: string;
let handler: Handler;
let received: { line: string; headers: IncomingMessage['headers']; text: string; digest: string; size: number }[] = [];
let releases: Releases;
let history: History;
let maxMemory = 0;

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  let text = '';
  for await (const chunk of request) {
    hash.update(chunk);
    size += chunk.length;
    if (size < 10_000) text += chunk;
    maxMemory = Math.max(maxMemory, process.memoryUsage().arrayBuffers);
  }
  received.push({
    line: `${request.method} ${request.url}`,
    headers: request.headers,
    text,
    digest: `sha256:${hash.digest('hex')}`,
    size,
  });
  const { status = 200, headers = {}, body } = handler(request, new URL(request.url ?? '/', origin));
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

beforeAll(async () => {
  server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = await createGitHubClient({
    token: 'ghs_secret',
    apiUrl: `${origin}/api/v3`,
    wait: async () => undefined,
  });
  const endpoint = { github, url: `${origin}/api/graphql`, repository: 'o/r' as RepositoryName };
  releases = createReleases(endpoint, 'ghs_secret');
  history = createHistory(endpoint);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  received = [];
  maxMemory = 0;
});

const raw = (change: object) => ({
  id: 1,
  tag_name: 'v1.0.0',
  name: null,
  body: null,
  draft: true,
  prerelease: false,
  html_url: 'page',
  upload_url: `${origin}/elsewhere/1/assets{?name,label}`,
  assets: [],
  ...change,
});
const release = (): Release => ({
  id: 1,
  tag: 'v1.0.0',
  name: '',
  body: '',
  draft: true,
  prerelease: false,
  immutable: false,
  url: 'page',
  discussionUrl: undefined,
  tarballUrl: '',
  zipballUrl: '',
  uploadUrl: `${origin}/elsewhere/1/assets{?name,label}`,
  assets: [],
});
const next = (url: URL, page: number) => ({ link: `<${origin}${url.pathname}?per_page=100&page=${page}>; rel="next"` });

describe('createReleases', () => {
  it('reads a release with all that its response has, and with what it may leave out', async () => {
    handler = () => ({ body: raw({}) });
    expect(await releases.get(1)).toEqual(release());
    const addresses = { discussion_url: 'd', tarball_url: 't', zipball_url: 'z' };
    handler = () => ({ body: raw({ name: 'One', body: 'text', immutable: true, ...addresses }) });
    expect(await releases.get(1)).toMatchObject({
      name: 'One',
      body: 'text',
      immutable: true,
      discussionUrl: 'd',
      tarballUrl: 't',
      zipballUrl: 'z',
    });
  });

  it('sends what changes and the tag, and nothing else', async () => {
    handler = () => ({ body: raw({}) });
    await releases.update(1, { tag: 'v1.0.0', latest: true });
    await releases.update(1, { tag: 'v1.0.0', draft: false, latest: false, discussionCategory: 'General', body: '' });
    expect(received.map(({ line }) => line)).toEqual(Array(2).fill('PATCH /api/v3/repos/o/r/releases/1'));
    expect(received.map(({ text }) => JSON.parse(text))).toEqual([
      { tag_name: 'v1.0.0', make_latest: 'true' },
      { tag_name: 'v1.0.0', draft: false, make_latest: 'false', discussion_category_name: 'General', body: '' },
    ]);
  });

  it('does not retry requests that are not idempotent', async () => {
    handler = () => ({ status: 502, body: 'bad gateway' });
    const fields = {
      tag: 'v1.0.0',
      target: undefined,
      name: 'n',
      body: 'b',
      draft: true,
      prerelease: false,
      latest: undefined,
    };
    const requests = [
      () => releases.create(fields),
      () => releases.update(1, fields),
      () => releases.uploadAsset(release(), content('a.txt', 'a')),
    ];
    for (const request of requests) expect(statusOf(await request().catch((error) => error))).toBe(502);
    expect(received).toHaveLength(3);
  });

  it('treats a missing release or asset as deleted', async () => {
    handler = () => ({ status: 404, body: { message: 'Not Found' } });
    await releases.deleteRelease(1);
    await releases.deleteAsset(1);
    await expect(releases.get(1)).rejects.toMatchObject({ status: 404 });
  });

  it('uploads to the URL of the release, with name, label, length and token', async () => {
    handler = () => ({
      status: 201,
      body: {
        id: 3,
        name: 'My.App+1.exe',
        label: 'My App+1.exe',
        size: 5,
        state: 'uploaded',
        digest: null,
        browser_download_url: 'u',
      },
    });
    const asset = await releases.uploadAsset(release(), { ...content('My.App+1.exe', 'alpha'), label: 'My App+1.exe' });
    expect(asset).toEqual({
      id: 3,
      name: 'My.App+1.exe',
      label: 'My App+1.exe',
      size: 5,
      complete: true,
      digest: undefined,
      url: 'u',
    });
    const url = new URL(received[0]?.line.split(' ')[1] ?? '', origin);
    expect([url.pathname, url.searchParams.get('name'), url.searchParams.get('label')]).toEqual([
      '/elsewhere/1/assets',
      'My.App+1.exe',
      'My App+1.exe',
    ]);
    expect(received[0]).toMatchObject({
      digest: content('', 'alpha').digest,
      headers: { 'content-length': '5', 'content-type': 'text/plain', authorization: 'token ghs_secret' },
    });
  });

  it('reports the message of a refused upload', async () => {
    handler = () => ({
      status: 422,
      body: { message: 'Validation Failed', errors: [{ code: 'already_exists', field: 'name' }] },
    });
    const error = await releases.uploadAsset(release(), content('a', 'a')).catch((error) => error);
    expect(responseMessage(error)).toContain('already_exists');
    expect(classifyRequestError(error)).toEqual({ retry: false });
  });

  it('treats an HTML page with the status 200 as a transient error', async () => {
    handler = () => ({ status: 200, body: '<html>login</html>' });
    const error = await releases.uploadAsset(release(), content('a', 'a')).catch((error) => error);
    expect(classifyRequestError(error)).toEqual({ retry: true });
  });

  it('streams a large file, without reading it into memory', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'create-release-'));
    const path = join(dir, 'large');
    const size = 256 * 1024 ** 2;
    await writeFile(path, '');
    await truncate(path, size);
    handler = () => ({
      status: 201,
      body: { id: 1, name: 'large', size, state: 'uploaded', browser_download_url: '' },
    });
    const before = process.memoryUsage().arrayBuffers;
    await releases.uploadAsset(release(), { ...content('large', ''), size, open: () => createReadStream(path) });
    await rm(dir, { recursive: true });
    expect(received[0]?.size).toBe(size);
    expect(maxMemory - before).toBeLessThan(size / 2);
  });
});

describe('createHistory', () => {
  const sha = (letter: string) => letter.repeat(40) as CommitSha;

  it('lists all tags with a prefix in one request', async () => {
    handler = () => ({ body: [{ ref: 'refs/tags/v1.0.0' }, { ref: 'refs/tags/v1.1.0' }] });
    expect(await history.tagsWithPrefix('v1.')).toEqual(['v1.0.0', 'v1.1.0']);
    expect(received.map(({ line }) => line)).toEqual(['GET /api/v3/repos/o/r/git/matching-refs/tags%2Fv1.']);
  });

  it('resolves an annotated tag to its commit, and a missing tag or commit to undefined', async () => {
    handler = (_, url) =>
      url.pathname.includes('/git/tags/')
        ? { body: { object: { type: 'commit', sha: sha('c') } } }
        : { body: { ref: 'refs/tags/v1', object: { type: 'tag', sha: sha('d') } } };
    expect(await history.resolveTag('v1')).toBe(sha('c'));
    handler = () => ({ status: 404, body: { message: 'Not Found' } });
    expect(await history.resolveTag('v2')).toBeUndefined();
    handler = () => ({ status: 422, body: { message: 'No commit found for SHA: x' } });
    expect(await history.resolveCommit('x')).toBeUndefined();
  });

  it('compares a tag with the release, also with an unrelated history', async () => {
    handler = () => ({ body: { ahead_by: 2, behind_by: 1, merge_base_commit: { sha: sha('c') } } });
    expect(await history.compare(sha('a'), sha('b'))).toEqual({ ahead: 2, behind: 1, mergeBase: sha('c') });
    expect(received[0]?.line).toContain(`/compare/${sha('a')}...${sha('b')}?per_page=1`);
    handler = () => ({ status: 404, body: { message: 'No common ancestor' } });
    expect(await history.compare(sha('a'), sha('b'))).toBeUndefined();
    handler = () => ({ status: 403, body: { message: 'Resource not accessible by integration' } });
    await expect(history.compare(sha('a'), sha('b'))).rejects.toMatchObject({ status: 403 });
  });

  it('reads all commits of a comparison with more than 250', async () => {
    const all = Array.from({ length: 320 }, (_, index) => ({
      sha: String(index),
      commit: { message: `fix: ${index}` },
      parents: [{ sha: String(index - 1) }],
    }));
    handler = (_, url) => {
      const page = Number(url.searchParams.get('page'));
      return { body: { ahead_by: 320, total_commits: 320, commits: all.slice((page - 1) * 100, page * 100) } };
    };
    const { commits, complete } = await history.commits(sha('a'), sha('b'));
    expect(complete).toBe(true);
    expect(commits.map(({ sha }) => sha)).toEqual(all.map(({ sha }) => sha));
  });

  it('lists the newest 1,000 commits of a first release, oldest first, and reports that the list is incomplete', async () => {
    handler = (_, url) => {
      const page = Number(url.searchParams.get('page') ?? 1);
      return {
        headers: next(url, page + 1),
        body: Array.from({ length: 100 }, (_, index) => ({
          sha: `${page}-${index}`,
          commit: { message: '', author: { name: 'A Person' } },
          author: { login: 'person' },
          parents: [{ sha: 'first' }, { sha: 'second' }],
        })),
      };
    };
    const { commits, complete } = await history.commits(undefined, sha('b'));
    expect([commits.length, commits[0]?.sha, commits.at(-1), complete]).toEqual([
      1000,
      '10-99',
      { sha: '1-0', message: '', parents: ['first', 'second'], author: { name: 'A Person', login: 'person' } },
      false,
    ]);
  });

  it('creates and moves a tag', async () => {
    handler = () => ({ body: {} });
    await history.setTag('v1', sha('a'), false);
    await history.setTag('v1', sha('a'), true);
    expect(received.map(({ line }) => line)).toEqual([
      'POST /api/v3/repos/o/r/git/refs',
      'PATCH /api/v3/repos/o/r/git/refs/tags%2Fv1',
    ]);
  });
});
