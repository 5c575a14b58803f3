import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ActionError, PermissionError } from '../../errors.ts';
import { createGitHubClient, explainRequestError, paginate, type ResponseHeaders } from '../../requests/github.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
let stop: () => Promise<void> = async () => {};

async function serve(...handlers: Handler[]): Promise<{ apiUrl: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    (handlers[requests.length - 1] ?? handlers.at(-1))?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
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
  const github = await createGitHubClient({
    token: 't',
    apiUrl,
    retries: 2,
    wait: async (seconds) => waits.push(seconds),
  });
  return github.rest.repos.get({ owner: 'o', repo: 'r' });
}

describe('createGitHubClient', () => {
  it('sends requests to the given server, under its path', async () => {
    const { apiUrl, requests } = await serve(json(200, { id: 1 }));
    expect((await getRepository(apiUrl)).data).toEqual({ id: 1 });
    expect(requests).toEqual(['GET /api/v3/repos/o/r']);
  });

  it('retries after a lost connection and after a 502', async () => {
    const { apiUrl, requests } = await serve(reset, json(502, {}), json(200, { id: 1 }));
    expect((await getRepository(apiUrl)).data).toEqual({ id: 1 });
    expect(requests).toHaveLength(3);
  });

  it('waits as long as a secondary rate limit requires', async () => {
    const waits: number[] = [];
    const { apiUrl } = await serve(
      json(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '9' }),
      json(200, {}),
    );
    await getRepository(apiUrl, waits);
    expect(waits).toEqual([9]);
  });

  it('does not retry a request whose caller checks the outcome itself', async () => {
    const { apiUrl, requests } = await serve(reset);
    const github = await createGitHubClient({ token: 't', apiUrl });
    await expect(github.rest.repos.get({ owner: 'o', repo: 'r', request: { retries: 0 } })).rejects.toThrow();
    expect(requests).toHaveLength(1);
  });
});

/** The Unix time a number of seconds from now. */
const unixTimeIn = (seconds: number): string => String(Math.floor(Date.now() / 1000) + seconds);

describe('explainRequestError', () => {
  const explain = async (...handlers: Handler[]): Promise<ActionError> => {
    const { apiUrl } = await serve(...handlers);
    const error = await getRepository(apiUrl).catch((thrown: unknown) =>
      explainRequestError(thrown, 'reading o/r', 'contents: read'),
    );
    return error as ActionError;
  };

  it('names a server that could not be reached, and no response', async () => {
    const { apiUrl } = await serve();
    await stop();
    stop = async () => {};
    const thrown = await getRepository(apiUrl).catch((error: unknown) => error);
    const error = explainRequestError(thrown, 'reading o/r', 'contents: read') as ActionError;
    const { host } = new URL(apiUrl);
    expect(error).toMatchObject({
      what: 'reading o/r failed',
      why: `${host} could not be reached: connect ECONNREFUSED ${host}`,
      next: expect.stringContaining('Run the job again'),
    });
  });

  it('names the code of a connection that failed at all addresses of a host', () => {
    const cause = Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:1')]), {
      code: 'ECONNREFUSED',
    });
    const thrown = Object.assign(new Error('', { cause }), {
      status: 500,
      request: { url: 'http://localhost:1/repos' },
    });
    const error = explainRequestError(thrown, 'reading o/r', 'contents: read') as ActionError;
    expect(error.why).toBe('localhost:1 could not be reached: ECONNREFUSED');
  });

  it('names the missing permission for a 403', async () => {
    const error = await explain(json(403, { message: 'Resource not accessible by integration' }));
    expect(error).toBeInstanceOf(PermissionError);
    expect(error.next).toContain('permissions: { contents: read }');
    expect(error.why).toContain('Resource not accessible by integration');
  });

  it('reports an invalid token for a 401', async () => {
    expect((await explain(json(401, { message: 'Bad credentials' }))).why).toContain(
      'the token is not valid (401: Bad credentials',
    );
  });

  it('includes the details of a 422', async () => {
    const error = await explain(
      json(422, {
        message: 'Validation Failed',
        errors: [{ resource: 'Release', code: 'already_exists', field: 'tag_name' }],
      }),
    );
    expect(error.why).toContain('already_exists');
  });

  it('advises to run the job again when the server stays unreachable', async () => {
    const error = await explain(reset);
    expect(error).toBeInstanceOf(ActionError);
    expect(error.next).toContain('Run the job again');
    expect(error.why).toMatch(/^the connection to 127\.0\.0\.1:\d+ was lost: other side closed$/);
  });

  it.each([
    [429, { message: 'Too Many Requests' }, { 'retry-after': '7200' }],
    [
      403,
      { message: 'API rate limit exceeded' },
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': unixTimeIn(7200) },
    ],
    [503, { message: 'Maintenance' }, { 'retry-after': '7200' }],
  ])('reports without waiting when a %i asks for a wait that is too long', async (status, body, headers) => {
    const waits: number[] = [];
    const { apiUrl, requests } = await serve(json(status, body, headers));
    const thrown = await getRepository(apiUrl, waits).catch((error: unknown) => error);
    const error = explainRequestError(thrown, 'reading o/r', 'contents: read') as ActionError;
    expect(error).toBeInstanceOf(ActionError);
    expect(error.why).toMatch(/asks to wait (?:7200|71\d\d) s, until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
    expect(error.next).toContain('after that time');
    expect({ waits, requests: requests.length }).toEqual({ waits: [], requests: 1 });
  });

  it('reports a rate limit as such, and names no permission', async () => {
    const limited = json(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '60' });
    const error = await explain(limited);
    expect(error.what).toBe("reading o/r hit the server's rate limit");
    expect(error.why).toContain('asks to wait 60 s');
    expect(error.next).not.toContain('permissions');
  });

  it('returns a bug unchanged', () => {
    const bug = new TypeError('x is not a function');
    expect(explainRequestError(bug, 'reading', 'contents: read')).toBe(bug);
  });
});

describe('an invalid response', () => {
  const limits = { bytes: 10_000, seconds: 1 };
  const html = '<html>proxy: token=hunter2</html>';
  const raw =
    (body: string, headers: Record<string, string> = {}): Handler =>
    (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close', ...headers }).end(body);
  const failing = async (...handlers: Handler[]) => {
    const { apiUrl, requests } = await serve(...handlers);
    const github = await createGitHubClient({ token: 't', apiUrl, retries: 1, limits, wait: async () => undefined });
    const thrown = await github.rest.repos.get({ owner: 'o', repo: 'r' }).catch((error: unknown) => error);
    return { error: explainRequestError(thrown, 'reading o/r', 'contents: read') as ActionError, requests };
  };

  it.each<[string, Handler, string]>([
    ['is an HTML page', raw(html, { 'content-type': 'text/html' }), 'it is not JSON (status 200)'],
    ['is an HTML page with the content type of JSON', raw(html), 'it is not JSON (status 200)'],
    ['is empty', raw(''), 'it is not JSON (status 200)'],
    ['is a JSON string', raw('"hunter2"'), 'it is not JSON (status 200)'],
    ['is binary', raw('hunter2', { 'content-type': 'application/octet-stream' }), 'it is not JSON (status 200)'],
    ['is too long', raw(JSON.stringify('a'.repeat(20_000))), 'it is longer than 10000 bytes'],
  ])('that %s is an error with the name of the server, and not retried', async (_, handler, why) => {
    const { error, requests } = await failing(handler);
    expect(error).toMatchObject({ name: 'InvalidResponseError', why });
    expect(error.what).toMatch(/^invalid response from the server 127\.0\.0\.1:\d+$/);
    expect(error.message).not.toContain('hunter2');
    expect(requests).toHaveLength(1);
  });

  it('that redirects in a loop is an error with the name of the server, and not retried', async () => {
    const { error, requests } = await failing((request, response) =>
      response.writeHead(301, { location: request.url }).end(),
    );
    expect(error).toMatchObject({ name: 'InvalidResponseError', why: 'it redirects in a loop' });
    // The first request and the 20 redirects that `fetch` follows.
    expect(requests).toHaveLength(21);
  });

  it.each<[string, Handler]>([
    ['never arrives', () => undefined],
    ['arrives byte by byte', (_, response) => void setInterval(() => response.write(' '), 100).unref()],
    [
      'is interrupted',
      (_, response) => response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy()),
    ],
  ])(
    'that %s is retried, and then an error',
    async (_, handler) => {
      const { error, requests } = await failing(handler);
      expect(error).toMatchObject({ what: 'reading o/r failed', next: expect.stringContaining('Run the job again') });
      expect(requests).toHaveLength(2);
    },
    60_000,
  );

  it.each([{ message: {}, errors: 'x' }, { message: null, errors: [null, { message: 1 }] }, [], 'x'])(
    'with the status 422 and the body %j is explained',
    async (body) => {
      expect((await failing(json(422, body))).error.what).toBe('reading o/r failed');
    },
  );

  it('is truncated in the error when its message is too long', async () => {
    const { error } = await failing(json(422, { message: 'm'.repeat(4000), errors: Array(99).fill('x') }));
    expect(error.why.length).toBeLessThan(1500);
  });
});

describe('paginate', () => {
  const LIMITS = { pages: 3, seconds: 300 };
  const next = '<http://127.0.0.1:1/stolen>; rel="next"';
  const read = async (
    data: (page: number) => unknown,
    headers: (page: number) => ResponseHeaders,
    limits?: typeof LIMITS,
  ) => {
    const requested: number[] = [];
    const items: unknown[] = [];
    const pages = paginate(
      'the list',
      async (page) => {
        requested.push(page);
        return { url: 'https://hub.test/x', status: 200, headers: headers(page), data: data(page) };
      },
      limits,
    );
    for await (const page of pages) items.push(...page.map(({ value }) => value));
    return { requested, items };
  };
  it('requests pages by number, never at an address from the response', async () => {
    const { requested, items } = await read(
      (page) => [page],
      (page) => (page < 3 ? { link: next } : {}),
    );
    expect({ requested, items }).toEqual({ requested: [1, 2, 3], items: [1, 2, 3] });
  });

  it('fails for a list that does not end', async () => {
    await expect(
      read(
        () => [],
        () => ({ link: next }),
        LIMITS,
      ),
    ).rejects.toThrow('invalid response from the server hub.test: the list has no end');
    await expect(
      read(
        () => [],
        () => ({ link: next }),
        { pages: 1000, seconds: -1 },
      ),
    ).rejects.toThrow('has no end');
  });

  it('fails for a page that is not a list', async () => {
    await expect(
      read(
        () => ({}),
        () => ({}),
      ),
    ).rejects.toThrow('the list is a mapping, not a list');
  });
});
