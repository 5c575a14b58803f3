import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { limitedFetch, ResponseData, readBytes } from '../../requests/responses.ts';

const TIMEOUT_MS = 60_000;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(handler: RequestListener): Promise<string> {
  server = createServer(handler);
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const limits = { bytes: 1000, seconds: 1 };
const get = (url: string) => limitedFetch((address, options) => fetch(address, options), limits)(url);

describe('limitedFetch', () => {
  it('returns the complete response with its status, headers and URL', async () => {
    const url = await serve((request, response) =>
      request.url === '/old'
        ? response.writeHead(302, { location: '/new' }).end()
        : response.writeHead(404, { 'x-a': 'b' }).end('{}'),
    );
    const response = await get(`${url}/old`);
    expect([response.status, response.headers.get('x-a'), response.url]).toEqual([404, 'b', `${url}/new`]);
    expect(await response.json()).toEqual({});
  });

  it.each([204, 304])('returns a response without a body (%i)', async (status) => {
    const response = await get(await serve((_request, response) => response.writeHead(status).end()));
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  it.each<[string, RequestListener, object]>([
    [
      'is too long',
      (_request, response) => response.end('a'.repeat(1001)),
      { name: 'InvalidResponseError', why: 'it is longer than 1000 bytes' },
    ],
    [
      'is too long when decompressed',
      (_request, response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(10_000_000))),
      { name: 'InvalidResponseError' },
    ],
    [
      'never ends',
      (_request, response) => {
        const write = () => {
          while (response.write('a'.repeat(100)));
          response.once('drain', write);
        };
        write();
      },
      { name: 'InvalidResponseError' },
    ],
    [
      'redirects in a loop',
      (request, response) => response.writeHead(301, { location: request.url }).end(),
      { name: 'InvalidResponseError', why: 'it redirects in a loop' },
    ],
    ['never arrives', () => undefined, { name: 'ResponseTimeoutError', code: 'ETIMEDOUT' }],
    [
      'arrives byte by byte',
      (_request, response) => void setInterval(() => response.write('a'), 100).unref(),
      { name: 'ResponseTimeoutError', code: 'ETIMEDOUT' },
    ],
    [
      'is interrupted',
      (_request, response) => response.writeHead(200, { 'content-length': 9 }).write('a', () => response.destroy()),
      { name: 'TypeError' },
    ],
  ])(
    'fails for a response that %s',
    async (_title, handler, error) => {
      await expect(get(await serve(handler))).rejects.toMatchObject(error);
    },
    TIMEOUT_MS,
  );
});

describe('readBytes', () => {
  it('returns all bytes up to the limit, and fails for one more', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9 })), fc.nat(40), async (chunks, limit) => {
        const all = Buffer.concat(chunks);
        const stream = (async function* () {
          yield* chunks;
        })();
        const read = await readBytes(stream, limit, 'x').catch((error: Error) => error.name);
        expect(read).toEqual(all.length > limit ? 'InvalidResponseError' : all);
      }),
    );
  });
});

describe('ResponseData', () => {
  const responseOf = (value: unknown) => new ResponseData(value, 'the server x', 'the list');

  it('returns each part in its type', () => {
    const response = responseOf({ a: [{ b: 'c' }], n: 0, t: true, none: null });
    expect(response.at('a').list()[0]?.at('b').string()).toBe('c');
    expect([response.at('n').integer(), response.at('t').boolean()]).toEqual([0, true]);
    expect([response.at('none').optional, response.at('missing').optional, response.at('n').optional?.value]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it.each<[string, (response: ResponseData) => unknown, string]>([
    ['a string', (response) => response.at('n').string(), 'in the list, `n` is a number, not a string'],
    ['a number', (response) => response.at('s').integer(), 'in the list, `s` is a string, not a whole number'],
    [
      'a number with a fraction',
      (response) => response.at('f').integer(),
      'in the list, `f` is a number, not a whole number',
    ],
    ['a boolean', (response) => response.at('s').boolean(), 'in the list, `s` is a string, not true or false'],
    ['a list', (response) => response.at('m').list(), 'in the list, `m` is a mapping, not a list'],
    ['a mapping', (response) => response.at('l').at('x'), 'in the list, `l` is a list, not a mapping'],
    ['present', (response) => response.at('m').at('x').string(), 'in the list, `m.x` is missing, not a string'],
    [
      'an own property',
      (response) => response.at('constructor').string(),
      'in the list, `constructor` is missing, not a string',
    ],
    [
      'a string in a list',
      (response) =>
        response
          .at('l')
          .list()
          .map((item) => item.string()),
      'in the list, `l[1]` is null, not a string',
    ],
    ['short enough', (response) => response.at('l').list(1), 'in the list, `l` has 2 items, more than 1'],
  ])('reports the path of a part that is not %s', (_title, read, why) => {
    const response = responseOf({ n: 1, f: 1.5, s: 's3cr3t', m: {}, l: ['a', null] });
    expect(() => read(response)).toThrow(expect.objectContaining({ what: 'invalid response from the server x', why }));
  });

  it('never quotes the response, and has no cause that does', () => {
    const error = (() => {
      try {
        return ResponseData.json('token=s3cr3t', 'the server x', 'the token');
      } catch (thrown) {
        return thrown as Error;
      }
    })();
    expect(error).toMatchObject({ why: 'the token is not JSON', cause: undefined });
    expect(String((error as Error).stack)).not.toContain('s3cr3t');
  });
});
