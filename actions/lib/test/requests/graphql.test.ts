import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ActionError } from '../../errors.ts';
import { createGitHubClient, explainRequestError, isRateLimit, statusOf } from '../../requests/github.ts';
import { sendGraphql } from '../../requests/graphql.ts';

interface Scripted {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

let stop: () => Promise<void> = async () => {};
afterEach(() => stop());

/** The outcome of a query against a server that responds in this order, the last time again and again. */
const query = (...responses: Scripted[]) => send('query($name: String!) { repository(name: $name) { id } }', responses);

async function send(document: string, responses: readonly Scripted[]) {
  const requests: { line: string; body: unknown }[] = [];
  const waits: number[] = [];
  const server = createServer(async (request, reply) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    requests.push({ line: `${request.method} ${request.url}`, body: JSON.parse(text) });
    const { status = 200, headers = {}, body } = responses[requests.length - 1] ?? responses.at(-1) ?? { body: {} };
    reply.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers });
    reply.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const github = await createGitHubClient({
    token: 't',
    apiUrl: `${origin}/api/v3`,
    retries: 2,
    wait: async (seconds) => waits.push(seconds),
  });
  const outcome: { value?: unknown; error?: unknown } = await sendGraphql(github, `${origin}/api/graphql`, {
    document,
    variables: { name: 'shop' },
    subject: 'the tags of acme/shop',
  }).then(
    ({ value }) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return { ...outcome, requests, waits, document };
}

const failed = (type: string | undefined, message = 'no'): Scripted => ({
  body: { data: null, errors: [{ ...(type === undefined ? {} : { type }), message }] },
});

describe('sendGraphql', () => {
  it('sends the document and its variables to the address of the runner, and returns the data', async () => {
    const { value, requests, document } = await query({ body: { data: { repository: { id: 1 } } } });
    expect(value).toEqual({ repository: { id: 1 } });
    expect(requests).toEqual([{ line: 'POST /api/graphql', body: { query: document, variables: { name: 'shop' } } }]);
  });

  it('accepts an empty list of errors', async () => {
    expect((await query({ body: { data: {}, errors: [] } })).value).toEqual({});
  });

  it.each<[string | undefined, string, number]>([
    ['NOT_FOUND', 'Could not resolve to a Repository', 404],
    ['FORBIDDEN', 'Resource not accessible by integration', 403],
    ['INSUFFICIENT_SCOPES', 'Your token has not been granted the required scopes', 403],
    ['RATE_LIMITED', 'API rate limit exceeded', 429],
    ['RATE_LIMIT', 'no', 429],
    [undefined, 'You have exceeded a secondary rate limit', 429],
    ['STALE_DATA', 'Expected a to point to b', 409],
    ['SERVICE_UNAVAILABLE', 'no', 502],
    ['INTERNAL', 'no', 502],
    [undefined, 'Something went wrong while executing your query', 502],
    [undefined, 'The query timed out', 502],
    [undefined, 'Timeout', 502],
    [undefined, "Field 'x' doesn't exist on type 'Repository'", 422],
    ['UNPROCESSABLE', 'no', 422],
  ])('throws the error %s "%s" as a response with the status %i', async (type, message, status) => {
    const { error } = await query(failed(type, message));
    expect(statusOf(error)).toBe(status);
    expect(isRateLimit(error)).toBe(status === 429);
  });

  it('throws all errors of a response, each on one line, in the words of an error of the REST API', async () => {
    const errors = [{ type: 'FORBIDDEN', message: 'first\nline' }, { message: 'second' }];
    const { error } = await query({ body: { data: { repository: null }, errors } });
    const explained = explainRequestError(error, 'reading the tags', 'contents: read') as ActionError;
    expect(explained.why).toContain('403: first line; second');
    expect(explained.next).toContain('permissions: { contents: read }');
  });

  it('retries a transient error, and no other', async () => {
    const right = { body: { data: { repository: 1 } } };
    const retried = await query(failed('INTERNAL'), failed(undefined, 'Something went wrong'), right);
    expect(retried.value).toEqual({ repository: 1 });
    expect(retried.requests).toHaveLength(3);
    await stop();
    expect((await query(failed('INTERNAL'))).requests).toHaveLength(3);
    await stop();
    expect((await query(failed('NOT_FOUND'), right)).requests).toHaveLength(1);
  });

  it('sends a mutation once, because its caller checks the outcome', async () => {
    const { error, requests } = await send('mutation { a }', [failed('INTERNAL'), { body: { data: {} } }]);
    expect(statusOf(error)).toBe(502);
    expect(requests).toHaveLength(1);
  });

  it('waits as long as a rate limit requires', async () => {
    const limited = { ...failed('RATE_LIMITED'), headers: { 'retry-after': '9' } };
    const { value, waits } = await query(limited, { body: { data: {} } });
    expect(value).toEqual({});
    expect(waits).toEqual([9]);
  });

  it('retries a response with the status 502 too', async () => {
    const { requests } = await query({ status: 502, body: {} }, { body: { data: {} } });
    expect(requests).toHaveLength(2);
  });

  it.each<[unknown, string]>([
    [[], 'the tags of acme/shop is a list, not a mapping'],
    [{ errors: {} }, 'in the tags of acme/shop, `errors` is a mapping, not a list'],
    [{ errors: [null] }, 'in the tags of acme/shop, `errors[0]` is null, not a mapping'],
    [{ errors: [{ message: 7 }] }, 'in the tags of acme/shop, `errors[0].message` is a number, not a string'],
    [{ errors: [{ type: 7, message: '' }] }, 'in the tags of acme/shop, `errors[0].type` is a number, not a string'],
  ])('reports an invalid response: %j', async (body, why) => {
    const { error, requests } = await query({ body });
    expect(error).toMatchObject({ name: 'InvalidResponseError', why });
    expect(requests).toHaveLength(1);
  });
});
