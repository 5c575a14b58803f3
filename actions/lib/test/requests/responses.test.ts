import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { limitedFetch, ResponseData, readBytes } from '../../requests/responses.ts';

const HANG = 60_000;

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

describe('a bounded fetch', () => {
  it('gives the answer whole, with its status, headers and address', async () => {
    const url = await serve((request, response) =>
      request.url === '/old'
        ? response.writeHead(302, { location: '/new' }).end()
        : response.writeHead(404, { 'x-a': 'b' }).end('{}'),
    );
    const response = await get(`${url}/old`);
    expect([response.status, response.headers.get('x-a'), response.url]).toEqual([404, 'b', `${url}/new`]);
    expect(await response.json()).toEqual({});
  });

  it.each([204, 304])('gives an answer without a body (%i)', async (status) => {
    const response = await get(await serve((_request, answer) => answer.writeHead(status).end()));
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  it.each<[string, RequestListener, object]>([
    [
      'is too long',
      (_request, response) => response.end('a'.repeat(1001)),
      { name: 'InvalidResponseError', why: 'it is longer than 1000 bytes' },
    ],
    [
      'is too long when unpacked',
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
      'redirects in a circle',
      (request, response) => response.writeHead(301, { location: request.url }).end(),
      { name: 'InvalidResponseError', why: 'it redirects in a circle' },
    ],
    ['never comes', () => undefined, { name: 'ResponseTimeoutError', code: 'ETIMEDOUT' }],
    [
      'comes byte by byte',
      (_request, response) => void setInterval(() => response.write('a'), 100).unref(),
      { name: 'ResponseTimeoutError', code: 'ETIMEDOUT' },
    ],
    [
      'breaks off',
      (_request, response) => response.writeHead(200, { 'content-length': 9 }).write('a', () => response.destroy()),
      { name: 'TypeError' },
    ],
  ])(
    'fails for an answer that %s',
    async (_title, handler, error) => {
      await expect(get(await serve(handler))).rejects.toMatchObject(error);
    },
    HANG,
  );
});

describe('reading bytes', () => {
  it('gives all up to the limit, and refuses one more', async () => {
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

describe('a part of an answer', () => {
  const answer = (value: unknown) => new ResponseData(value, 'the server x', 'the list');

  it('is read in its type', () => {
    const whole = answer({ a: [{ b: 'c' }], n: 0, t: true, none: null });
    expect(whole.at('a').list()[0]?.at('b').string()).toBe('c');
    expect([whole.at('n').integer(), whole.at('t').boolean()]).toEqual([0, true]);
    expect([whole.at('none').optional, whole.at('gone').optional, whole.at('n').optional?.value]).toEqual([
      undefined,
      undefined,
      0,
    ]);
  });

  it.each<[string, (whole: ResponseData) => unknown, string]>([
    ['a text', (whole) => whole.at('n').string(), 'in the list, `n` is a number, not a string'],
    ['a number', (whole) => whole.at('s').integer(), 'in the list, `s` is a string, not a whole number'],
    [
      'a number with a fraction',
      (whole) => whole.at('f').integer(),
      'in the list, `f` is a number, not a whole number',
    ],
    ['a boolean', (whole) => whole.at('s').boolean(), 'in the list, `s` is a string, not true or false'],
    ['a list', (whole) => whole.at('m').list(), 'in the list, `m` is a mapping, not a list'],
    ['a mapping', (whole) => whole.at('l').at('x'), 'in the list, `l` is a list, not a mapping'],
    ['there', (whole) => whole.at('m').at('x').string(), 'in the list, `m.x` is missing, not a string'],
    [
      'a member of its own',
      (whole) => whole.at('constructor').string(),
      'in the list, `constructor` is missing, not a string',
    ],
    [
      'a text in a list',
      (whole) =>
        whole
          .at('l')
          .list()
          .map((each) => each.string()),
      'in the list, `l[1]` is null, not a string',
    ],
    ['short enough', (whole) => whole.at('l').list(1), 'in the list, `l` has 2 items, more than 1'],
  ])('that is not %s is named with its place', (_title, read, why) => {
    const whole = answer({ n: 1, f: 1.5, s: 's3cr3t', m: {}, l: ['a', null] });
    expect(() => read(whole)).toThrow(expect.objectContaining({ what: 'invalid response from the server x', why }));
  });

  it('never shows the answer, and no cause that would', () => {
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
