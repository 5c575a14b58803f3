import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CommitSha, RepositoryName } from '../../lib/identifiers.ts';
import { createGitHubClient } from '../../lib/requests/github.ts';
import { createHistory } from '../src/history/github-history.ts';
import type { History } from '../src/history/history.ts';
import { createReleases } from '../src/releases/github-releases.ts';
import type { Release, Releases } from '../src/releases/releases.ts';
import { postStream } from '../src/releases/upload.ts';
import { content } from './fake-releases.ts';

const TIMEOUT_MS = 60_000;
const TOKEN = 'ghs_secret';

let server: Server;
let origin: string;
let body = '';
let releases: Releases;
let history: History;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      if (request.url?.startsWith('/slow')) {
        response.writeHead(201);
        setInterval(() => response.write(' '), 100).unref();
      } else if (request.url?.startsWith('/moved')) response.writeHead(307, { location: `${origin}/other` }).end();
      else response.writeHead(200, { 'content-type': 'application/json', 'x-url': request.url ?? '' }).end(body);
    });
  });
  // A large response keeps this process busy for longer than the server keeps an idle connection.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = await createGitHubClient({ token: TOKEN, apiUrl: origin, retries: 2, wait: async () => undefined });
  const endpoint = { github, url: `${origin}/graphql`, repository: 'o/r' as RepositoryName };
  releases = createReleases(endpoint, TOKEN);
  history = createHistory(endpoint);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const release = (): Release => ({
  id: 1,
  tag: 'v1',
  name: '',
  body: '',
  draft: true,
  prerelease: false,
  immutable: false,
  url: '',
  discussionUrl: undefined,
  tarballUrl: '',
  zipballUrl: '',
  uploadUrl: `${origin}/upload{?name,label}`,
  assets: [],
});
const fields = { ...release(), target: undefined, latest: undefined };
const SHA = 'a'.repeat(40) as CommitSha;

/** Every request whose response is read. */
const requests: Record<string, () => Promise<unknown>> = {
  state: () => releases.state('v1'),
  get: () => releases.get(1),
  create: () => releases.create(fields),
  update: () => releases.update(1, fields),
  upload: () => releases.uploadAsset(release(), content('a', 'a')),
  generateNotes: () =>
    releases.generateNotes('v1', { target: undefined, previousTag: undefined, configurationFile: undefined }),
  readTag: () => history.readTag('v1'),
  overview: () => history.overview('v1', ['v1.']),
  tagsWithPrefix: () => history.tagsWithPrefix('v1.'),
  resolveTag: () => history.resolveTag('v1'),
  resolveCommit: () => history.resolveCommit('main'),
  compare: () => history.compare(SHA, SHA),
  commits: () => history.commits(SHA, SHA),
  readFile: () => history.readFile('a.md', SHA),
  allCommits: () => history.commits(undefined, SHA),
};

const outcomeOf = async (request: () => Promise<unknown>, response: unknown): Promise<unknown> => {
  body = typeof response === 'string' ? response : JSON.stringify(response);
  return request().catch((error: Error) => `${error.name}: ${error.message.replaceAll(origin.slice(7), 'HOST')}`);
};
const invalidResponse = (why: string) => `InvalidResponseError: invalid response from the server HOST: ${why}`;

/** Without its files. */
const RELEASE = {
  id: 1,
  tag_name: 'v1',
  draft: true,
  prerelease: false,
  html_url: '',
  upload_url: 'https://hub.test/upload',
};

describe('an invalid response of GitHub', () => {
  it.each<[string, unknown, string]>([
    ['get', { id: 1, tag_name: 'v1', draft: 'no' }, 'in the release 1, `draft` is a string, not true or false'],
    [
      'create',
      { id: 1, tag_name: 'v1', draft: true, prerelease: false, html_url: '', upload_url: 'nowhere' },
      'in the new release v1, `upload_url` is not a URL',
    ],
    ['get', { id: -1 }, 'in the release 1, `id` is a number, not a whole number'],
    ['get', { ...RELEASE, assets: [{ id: 1 }] }, 'in the release 1, `assets[0].name` is missing, not a string'],
    ['get', RELEASE, 'the list of files of the release 1 is a mapping, not a list'],
    ['upload', { id: 1, name: 7 }, 'in the file a, `name` is a number, not a string'],
    ['generateNotes', { body: null }, 'in the notes of v1, `body` is null, not a string'],
    ['tagsWithPrefix', {}, 'the tags that begin with v1. is a mapping, not a list'],
    ['tagsWithPrefix', [{}], 'in the tags that begin with v1., `[0].ref` is missing, not a string'],
    [
      'compare',
      { ahead_by: '1' },
      `in the comparison of ${SHA} with ${SHA}, \`ahead_by\` is a string, not a whole number`,
    ],
    [
      'compare',
      { ahead_by: 1, behind_by: 0, merge_base_commit: null },
      `in the comparison of ${SHA} with ${SHA}, \`merge_base_commit\` is null, not a mapping`,
    ],
    ['resolveTag', { object: { sha: 'main' } }, 'in the tag v1, `object.sha` is not a full commit id (40 hex digits)'],
    ['resolveCommit', { sha: 7 }, 'in the commit of main, `sha` is a number, not a string'],
    [
      'commits',
      { commits: [{ sha: SHA, commit: {} }], total_commits: 1 },
      `in the comparison of ${SHA} with ${SHA}, \`commits[0].commit.message\` is missing, not a string`,
    ],
  ])('is an error with its location: %s %j', async (method, response, why) => {
    expect(await outcomeOf(requests[method] as () => Promise<unknown>, response)).toBe(invalidResponse(why));
  });

  it(
    'is never a bug of ours, for any JSON',
    async () => {
      const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(SHA), fc.nat(9), fc.boolean(), fc.string());
      const like = fc.dictionary(
        fc.constantFrom(
          ...['id', 'tag_name', 'name', 'draft', 'prerelease', 'html_url', 'upload_url', 'assets', 'size', 'state'],
          ...['data', 'repository', 'errors', 'releases', 'nodes', 'refs', 'ref', 'target', 'oid', 'behind_by'],
          ...['body', 'commit', 'commits', 'sha', 'object', 'type', 'ahead_by', 'total_commits', 'parents', 'message'],
          ...['author', 'content', 'encoding'],
        ),
        value,
      );
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...Object.entries(requests)),
          fc.oneof(like, fc.array(like, { maxLength: 3 }), fc.jsonValue()),
          async ([, request], response) => {
            const outcome = await outcomeOf(request, response);
            if (typeof outcome === 'string') expect(outcome).not.toMatch(/^(?:Type|Range|Syntax|Reference)?Error:/);
          },
        ),
        { numRuns: 300 },
      );
    },
    TIMEOUT_MS,
  );

  it(
    'can contain 200,000 commits in one comparison',
    async () => {
      const commits = Array.from({ length: 200_000 }, () => ({ sha: SHA, commit: { message: 'm' } }));
      const outcome = await outcomeOf(() => history.commits(SHA, SHA), { commits, total_commits: 200_000 });
      expect(outcome).toMatchObject({ complete: true });
    },
    TIMEOUT_MS,
  );

  it(
    'is an error when a list does not end',
    async () => {
      const page = { commits: [{ sha: SHA, commit: { message: 'm' } }], total_commits: 1e9 };
      expect(await outcomeOf(() => history.commits(SHA, SHA), page)).toContain('has no end');
    },
    TIMEOUT_MS,
  );
});

describe('an upload', () => {
  it(
    'does not wait for a response that never ends',
    async () => {
      const upload = postStream({ url: `${origin}/slow`, token: TOKEN }, content('a', 'a'), {
        bytes: 1000,
        seconds: 1,
      });
      await expect(upload).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    },
    TIMEOUT_MS,
  );

  it('does not read a response that is too long', async () => {
    body = JSON.stringify('a'.repeat(2000));
    const upload = postStream({ url: `${origin}/long`, token: TOKEN }, content('a', 'a'), { bytes: 1000, seconds: 1 });
    await expect(upload).rejects.toMatchObject({ name: 'InvalidResponseError', why: 'it is longer than 1000 bytes' });
  });

  it('follows no redirect, which would get the token', async () => {
    await expect(postStream({ url: `${origin}/moved`, token: TOKEN }, content('a', 'a'))).rejects.toMatchObject({
      status: 502,
    });
  });
});
