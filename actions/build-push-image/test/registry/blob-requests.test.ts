import type { RequestListener } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startServer, type TestServer } from '../../../../scripts/test-support/server.ts';
import { readBytes } from '../../../lib/requests/responses.ts';
import { Connections } from '../../src/registry/client/connections.ts';
import { streamRequest } from '../../src/registry/client/registry-request.ts';

/** No test here may take longer. */
const TIMEOUT_MS = 60_000;

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
});

async function read(handler: RequestListener): Promise<string> {
  server = await startServer(handler);
  const transport = { connections: new Connections({}), server: 'the registry' };
  const response = await streamRequest({ url: server.url, authorization: undefined }, 1, transport);
  const content = 'stream' in response ? await readBytes(response.stream, 100, 'the registry') : response.body;
  return content.toString('utf8');
}

describe('the content of a blob', () => {
  it.each<[string, RequestListener]>([
    ['never begins', () => undefined],
    ['stops', (_request, response) => void response.writeHead(200, { 'content-length': 9 }).write('half')],
  ])(
    'that %s is abandoned after a silence',
    async (_title, handler) => {
      await expect(read(handler)).rejects.toMatchObject({
        message: 'the registry was silent for 1 s',
        code: 'ETIMEDOUT',
      });
    },
    TIMEOUT_MS,
  );

  it(
    'may take longer than the silence that is allowed',
    async () => {
      const content = await read((_request, response) => {
        let count = 0;
        const timer = setInterval(() => {
          response.write('x');
          if (++count < 5) return;
          clearInterval(timer);
          response.end();
        }, 400);
      });
      expect(content).toBe('xxxxx');
    },
    TIMEOUT_MS,
  );
});

describe('an upload that is refused before it is complete', () => {
  it(
    'ends with the response of the registry, and is not sent to its end',
    async () => {
      const closed = Promise.withResolvers<void>();
      server = await startServer((request, response) => {
        request.socket.on('error', () => undefined).on('close', () => closed.resolve());
        // The rest is not read, and the connection stays open.
        response.writeHead(413, { 'content-length': 9 }).end('too large');
      });
      server.server.keepAliveTimeout = 0;
      let isClosed = false;
      async function* endless() {
        try {
          for (;;) yield Buffer.alloc(64 * 1024);
        } finally {
          isClosed = true;
        }
      }
      const body = Readable.from(endless(), { objectMode: false });
      const transport = { connections: new Connections({}), server: 'the registry' };
      const request = { url: server.url, method: 'PUT', authorization: undefined, body } as const;
      expect(await streamRequest(request, 30, transport)).toMatchObject({
        status: 413,
        body: Buffer.from('too large'),
      });
      expect(isClosed).toBe(true);
      // A connection with half a request keeps the process running.
      await closed.promise;
    },
    TIMEOUT_MS,
  );
});
