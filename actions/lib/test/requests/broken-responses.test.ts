import { describe, expect, it } from '@jest/globals';
import type { ActionError } from '../../errors.ts';
import { createGitHubClient, explainRequestError } from '../../requests/github.ts';
import { type Handler, json, raw, redirect, serve } from './server.ts';

const limits = { bytes: 10_000, seconds: 1 };
const html = '<html>proxy: token=hunter2</html>';
const cut: Handler = (_, response) =>
  response.writeHead(200, { 'content-length': 9 }).write('{', () => response.destroy());
const clientOf = (apiUrl: string) =>
  createGitHubClient({ token: 't', apiUrl, retries: 1, limits, wait: async () => undefined });

/** The error after all retries. */
async function failing(...handlers: Handler[]) {
  const { apiUrl, requests } = await serve(...handlers);
  const github = await clientOf(apiUrl);
  const thrown = await github.rest.repos.get({ owner: 'o', repo: 'r' }).catch((error: unknown) => error);
  return { error: explainRequestError(thrown, 'reading o/r', 'contents: read') as ActionError, requests };
}

describe('a response without the JSON that it must have', () => {
  const BROKEN: [string, Handler, string][] = [
    ['an HTML page', raw(html, { 'content-type': 'text/html' }), 'is an HTML page (status 200)'],
    ['an HTML page with the content type of JSON', raw(html), 'is an HTML page (status 200)'],
    ['empty', raw(''), 'is empty (status 200)'],
    ['empty and without a content type', (_, response) => response.end(), 'is empty (status 200)'],
    ['the first part of JSON', raw('[{"name": "hunter2'), 'is not complete JSON (status 200)'],
    ['a JSON string', raw('"hunter2"'), 'is not complete JSON (status 200)'],
    ['null', raw('null'), 'is not complete JSON (status 200)'],
    ['binary', raw('hunter2', { 'content-type': 'application/octet-stream' }), 'is not complete JSON (status 200)'],
  ];

  it.each(BROKEN)('is retried when it is %s', async (_, handler) => {
    const { apiUrl, requests } = await serve(handler, json(200, { id: 1 }));
    const github = await clientOf(apiUrl);
    expect((await github.rest.repos.get({ owner: 'o', repo: 'r' })).data).toEqual({ id: 1 });
    expect(requests).toHaveLength(2);
  });

  it.each(BROKEN)('is an error in one sentence when it is always %s', async (_, handler, why) => {
    const { error, requests } = await failing(handler);
    expect(error).toMatchObject({
      what: 'reading o/r failed',
      why: expect.stringMatching(/^the response from the server 127\.0\.0\.1:\d+ /),
      next: expect.stringMatching(/^Run the job again; .+ no proxy responds instead of the server\.$/),
    });
    expect(error.why.endsWith(why)).toBe(true);
    expect(requests).toHaveLength(2);
  });

  it('is not shown, with any status', async () => {
    for (const handler of [
      ...BROKEN.map(([, broken]) => broken),
      ...[401, 403, 404, 422, 429, 502].map(
        (status): Handler =>
          (_, response) =>
            response.writeHead(status, { 'content-type': 'text/html' }).end(html),
      ),
    ]) {
      const { error } = await failing(handler);
      expect([error.message, error.next].join()).not.toMatch(/hunter2|<html/);
    }
  });

  it('may be empty with a status that has no body', async () => {
    const { apiUrl } = await serve((_, response) => response.writeHead(204).end());
    const response = await (await clientOf(apiUrl)).request('DELETE /x');
    expect(response.status).toBe(204);
  });
});

describe('a response', () => {
  it('that is too long is an error with the name of the server, and not retried', async () => {
    const { error, requests } = await failing(raw(JSON.stringify('a'.repeat(20_000))));
    expect(error).toMatchObject({ name: 'InvalidResponseError', why: 'it is longer than 10000 bytes' });
    expect(error.what).toMatch(/^invalid response from the server 127\.0\.0\.1:\d+$/);
    expect(requests).toHaveLength(1);
  });

  it.each<[string, Handler]>([
    ['never arrives', () => undefined],
    ['arrives byte by byte', (_, response) => void setInterval(() => response.write(' '), 100).unref()],
    ['is interrupted', cut],
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

describe('a redirect', () => {
  it.each([301, 302, 307, 308])('with the status %i keeps the method, the body and the token', async (status) => {
    const { apiUrl, received } = await serve(
      redirect(status, (url) => url.replace('/repos/o/r', '/repositories/7')),
      json(201, { id: 1 }),
    );
    const github = await clientOf(apiUrl);
    expect((await github.rest.repos.createRelease({ owner: 'o', repo: 'r', tag_name: 'v1' })).data.id).toBe(1);
    const sent = { method: 'POST', authorization: 'token t', body: '{"tag_name":"v1"}' };
    expect(received).toEqual([
      { ...sent, url: '/api/v3/repos/o/r/releases' },
      { ...sent, url: '/api/v3/repositories/7/releases' },
    ]);
  });

  it('to another server does not get the token', async () => {
    const other = await serve(json(200, { id: 2 }));
    const { apiUrl, received } = await serve(redirect(302, (url) => `${other.origin}${url}`));
    const github = await clientOf(apiUrl);
    expect((await github.rest.repos.get({ owner: 'o', repo: 'r' })).data.id).toBe(2);
    expect(received.map(({ authorization }) => authorization)).toEqual(['token t']);
    expect(other.received).toMatchObject([{ method: 'GET', authorization: undefined }]);
  });

  it('to another server does not get what a request sends', async () => {
    const other = await serve(json(201, { id: 2 }));
    const { apiUrl, requests } = await serve(redirect(307, (url) => `${other.origin}${url}`));
    const github = await clientOf(apiUrl);
    await expect(github.rest.repos.createRelease({ owner: 'o', repo: 'r', tag_name: 'v1' })).rejects.toMatchObject({
      name: 'InvalidResponseError',
      why: `it redirects to another server, ${other.origin}`,
    });
    expect([requests.length, other.requests]).toEqual([1, []]);
  });

  it.each<[string, Handler, string, number]>([
    // The first request and as many redirects as `fetch` follows.
    ['a loop', redirect(301, (url) => url), 'it redirects in a loop', 21],
    ['no address', redirect(301, 'http://['), 'it redirects to an invalid address', 1],
  ])('that is %s is an error with the name of the server, and not retried', async (_, handler, why, count) => {
    const { error, requests } = await failing(handler);
    expect(error).toMatchObject({ name: 'InvalidResponseError', why });
    expect(requests).toHaveLength(count);
  });
});
