import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RepositoryName } from '../../../lib/identifiers.ts';
import { createGitHubClient } from '../../../lib/requests/github.ts';
import { createReleases } from '../../src/releases/github-releases.ts';
import type { Releases } from '../../src/releases/releases.ts';

/** The files of the release on the server, and what its own response says about them. */
let names: string[];
let embedded: 'all' | 'none' | number;
let lines: string[];
let server: Server;
let releases: Releases;

const rawAsset = (name: string, id: number) => ({
  id,
  name,
  size: 1,
  state: 'uploaded',
  browser_download_url: `https://hub.test/${name}`,
});

beforeAll(async () => {
  server = createServer((request, response) => {
    lines.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? '', 'http://hub.test');
    const all = names.map(rawAsset);
    const page = Number(url.searchParams.get('page'));
    const size = Number(url.searchParams.get('per_page'));
    const hasNext = url.pathname.endsWith('/assets') && page * size < all.length;
    const { port } = server.address() as AddressInfo;
    const next = `http://127.0.0.1:${port}${url.pathname}?per_page=${size}&page=${page + 1}`;
    response.setHeader('content-type', 'application/json');
    if (hasNext) response.setHeader('link', `<${next}>; rel="next"`);
    const release = {
      id: 1,
      tag_name: 'v1.0.0',
      draft: true,
      prerelease: false,
      html_url: 'page',
      upload_url: 'https://hub.test/upload{?name,label}',
      ...(embedded === 'none' ? {} : { assets: embedded === 'all' ? all : all.slice(0, embedded) }),
    };
    const body = url.pathname.endsWith('/assets') ? all.slice((page - 1) * size, page * size) : release;
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`;
  const github = await createGitHubClient({ token: 't', apiUrl, retries: 0 });
  releases = createReleases({ github, url: `${apiUrl}/graphql`, repository: 'o/r' as RepositoryName }, 't');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  lines = [];
  embedded = 'all';
});

const createNames = (count: number) => Array.from({ length: count }, (_, index) => `f${index}`);

describe('a release', () => {
  it.each([
    [0, 'all', 1],
    [29, 'all', 1],
    [30, 'all', 2],
    [31, 30, 2],
    [250, 30, 4],
    [3, 'none', 2],
  ] as const)(
    'with %i files, of which its response has %s, has all of them after %i requests',
    async (count, has, requests) => {
      names = createNames(count);
      embedded = has;
      expect((await releases.get(1)).assets.map(({ name }) => name)).toEqual(names);
      expect(lines).toHaveLength(requests);
    },
  );
});
