import { describe, expect, it } from '@jest/globals';
import { ActionError, PermissionError } from '../../errors.ts';
import {
  classifyRequestError,
  createGitHubClient,
  explainRequestError,
  paginate,
  type ResponseHeaders,
} from '../../requests/github.ts';
import { type Handler, json, reset, serve } from './server.ts';

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

  it.each([403, 429])('waits for minutes after a secondary rate limit without a time (%i)', async (status) => {
    const waits: number[] = [];
    const { apiUrl } = await serve(
      ...[reset, ...Array(2).fill(json(status, { message: 'You have exceeded a secondary rate limit.' }))],
      json(200, {}),
    );
    const github = await createGitHubClient({ token: 't', apiUrl, wait: async (seconds) => waits.push(seconds) });
    await github.rest.repos.get({ owner: 'o', repo: 'r' });
    expect(waits[0]).toBeLessThan(2);
    expect(waits.slice(1)).toEqual([60, 120]);
  });

  it.each<[string, Handler]>([
    ['is lost', reset],
    ['is empty', (_, response) => response.end()],
  ])('sends a request once whose caller checks the outcome itself, when the response %s', async (_, handler) => {
    const { apiUrl, requests } = await serve(handler);
    const github = await createGitHubClient({ token: 't', apiUrl });
    const sent = github.rest.repos.get({ owner: 'o', repo: 'r', request: { retries: 0 } });
    const error = await sent.catch((thrown: unknown) => thrown);
    expect(classifyRequestError(error)).toEqual({ retry: true });
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
    const { apiUrl, stop } = await serve();
    await stop();
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

  it('advises to wait for minutes after a secondary rate limit without a time', async () => {
    const error = await explain(json(429, { message: 'You have exceeded a secondary rate limit.' }));
    expect(error.next).toBe('Run the job again in a few minutes; it continues where it stopped.');
  });

  it('returns a bug unchanged', () => {
    const bug = new TypeError('x is not a function');
    expect(explainRequestError(bug, 'reading', 'contents: read')).toBe(bug);
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
