import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RepositoryName } from '../../../lib/identifiers.ts';
import { createGitHubClient, statusOf } from '../../../lib/requests/github.ts';
import { createReleases } from '../../src/releases/github-releases.ts';
import type { Releases } from '../../src/releases/releases.ts';

let api: Server;
let storage: Server;
let releases: Releases;
let requests: { line: string; headers: IncomingHttpHeaders }[];
/** The statuses of the API's next responses; then it redirects. */
let statuses: number[];
let text: string;

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  storage = createServer((request, response) => {
    requests.push({ line: `storage ${request.url}`, headers: request.headers });
    response.setHeader('content-type', 'application/octet-stream').end(text);
  });
  const storagePort = await listen(storage);
  api = createServer((request, response) => {
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    const status = statuses.shift() ?? 302;
    response.writeHead(status, status === 302 ? { location: `http://localhost:${storagePort}/file?signature=1` } : {});
    response.end('{"message":"no"}');
  });
  const apiUrl = `http://127.0.0.1:${await listen(api)}/api/v3`;
  const github = await createGitHubClient({ token: 't', apiUrl, retries: 0 });
  releases = createReleases({ github, url: `${apiUrl}/graphql`, repository: 'o/r' as RepositoryName }, 't');
});
afterAll(() => {
  for (const server of [api, storage]) {
    server.closeAllConnections();
    server.close();
  }
});
beforeEach(() => {
  requests = [];
  statuses = [];
  text = 'abc  a.txt\n';
});

describe('readAsset', () => {
  it('follows the redirect to the storage, without the token', async () => {
    expect(await releases.readAsset(7)).toBe('abc  a.txt\n');
    expect(requests.map(({ line }) => line)).toEqual([
      'GET /api/v3/repos/o/r/releases/assets/7',
      'storage /file?signature=1',
    ]);
    expect(requests[0]?.headers).toMatchObject({ accept: 'application/octet-stream', authorization: 'token t' });
    expect(requests[1]?.headers.authorization).toBeUndefined();
  });

  it('is retried after a transient failure, and not when there is no such file', async () => {
    statuses = [502];
    expect(await releases.readAsset(7)).toBe('abc  a.txt\n');
    statuses = [404];
    requests = [];
    expect(statusOf(await releases.readAsset(7).catch((error: unknown) => error))).toBe(404);
    expect(requests).toHaveLength(1);
  });

  it('accepts no more than a SHA256SUMS can have', async () => {
    text = 'x'.repeat(1024 * 1024 + 1);
    await expect(releases.readAsset(7)).rejects.toThrow('it is longer than 1 MiB');
  });
});
