import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ActionError, PermissionError } from '../errors.ts';
import { explainRequest, openGitHub } from '../github.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
let stop: () => Promise<void> = async () => {};

async function serve(...handlers: Handler[]): Promise<{ apiUrl: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    (handlers[requests.length - 1] ?? handlers.at(-1))?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => new Promise((resolve) => server.close(() => resolve()));
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3`, requests };
}

afterEach(() => stop());

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers })
      .end(JSON.stringify(body));
const reset: Handler = (request) => request.socket.destroy();

async function getRepository(apiUrl: string, waits: number[] = []) {
  const github = await openGitHub({ token: 't', apiUrl, retries: 2, wait: async (seconds) => waits.push(seconds) });
  return github.rest.repos.get({ owner: 'o', repo: 'r' });
}

describe('openGitHub', () => {
  it('asks the server it was given, below its path', async () => {
    const { apiUrl, requests } = await serve(json(200, { id: 1 }));
    expect((await getRepository(apiUrl)).data).toEqual({ id: 1 });
    expect(requests).toEqual(['GET /api/v3/repos/o/r']);
  });

  it('goes on after a reset connection and after a 502', async () => {
    const { apiUrl, requests } = await serve(reset, json(502, {}), json(200, { id: 1 }));
    expect((await getRepository(apiUrl)).data).toEqual({ id: 1 });
    expect(requests).toHaveLength(3);
  });

  it('waits as long as a secondary rate limit says', async () => {
    const waits: number[] = [];
    const { apiUrl } = await serve(
      json(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '9' }),
      json(200, {}),
    );
    await getRepository(apiUrl, waits);
    expect(waits).toEqual([9]);
  });

  it('does not repeat a call whose caller looks itself what became of it', async () => {
    const { apiUrl, requests } = await serve(reset);
    const github = await openGitHub({ token: 't', apiUrl });
    await expect(github.rest.repos.get({ owner: 'o', repo: 'r', request: { retries: 0 } })).rejects.toThrow();
    expect(requests).toHaveLength(1);
  });
});

/** The Unix time in so many seconds. */
const soon = (seconds: number): string => String(Math.floor(Date.now() / 1000) + seconds);

describe('explainRequest', () => {
  const explained = async (...handlers: Handler[]): Promise<ActionError> => {
    const { apiUrl } = await serve(...handlers);
    const error = await getRepository(apiUrl).catch((thrown: unknown) =>
      explainRequest(thrown, 'reading o/r', 'contents: read'),
    );
    return error as ActionError;
  };

  it('names the missing permission for a 403', async () => {
    const error = await explained(json(403, { message: 'Resource not accessible by integration' }));
    expect(error).toBeInstanceOf(PermissionError);
    expect(error.next).toContain('permissions: { contents: read }');
    expect(error.why).toContain('Resource not accessible by integration');
  });

  it('says of a 401 that the token is not valid', async () => {
    expect((await explained(json(401, { message: 'Bad credentials' }))).why).toContain(
      'the token is not valid (401: Bad credentials',
    );
  });

  it('gives the details of a 422', async () => {
    const error = await explained(
      json(422, {
        message: 'Validation Failed',
        errors: [{ resource: 'Release', code: 'already_exists', field: 'tag_name' }],
      }),
    );
    expect(error.why).toContain('already_exists');
  });

  it('says of a server that stays unreachable that the job can be run again', async () => {
    const error = await explained(reset);
    expect(error).toBeInstanceOf(ActionError);
    expect(error.next).toContain('Run the job again');
  });

  it.each([
    [429, { message: 'Too Many Requests' }, { 'retry-after': '7200' }],
    [403, { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': soon(7200) }],
    [503, { message: 'Maintenance' }, { 'retry-after': '7200' }],
  ])('names the time at once that a %i asks to wait, if it is too long to wait here', async (status, body, headers) => {
    const waits: number[] = [];
    const { apiUrl, requests } = await serve(json(status, body, headers));
    const thrown = await getRepository(apiUrl, waits).catch((error: unknown) => error);
    const error = explainRequest(thrown, 'reading o/r', 'contents: read') as ActionError;
    expect(error).toBeInstanceOf(ActionError);
    expect(error.why).toMatch(/asks to wait (?:7200|7199) s, until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
    expect(error.next).toContain('after that time');
    expect({ waits, requests: requests.length }).toEqual({ waits: [], requests: 1 });
  });

  it('says of a rate limit that it is one, and names no permission', async () => {
    const limited = json(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '60' });
    const error = await explained(limited);
    expect(error.what).toBe("reading o/r met the server's rate limit");
    expect(error.why).toContain('asks to wait 60 s');
    expect(error.next).not.toContain('permissions');
  });

  it('leaves defects as they are', () => {
    const defect = new TypeError('x is not a function');
    expect(explainRequest(defect, 'reading', 'contents: read')).toBe(defect);
  });
});
