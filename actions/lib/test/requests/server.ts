import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from '@jest/globals';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A request as the server received it. */
export interface Received {
  method: string | undefined;
  url: string | undefined;
  authorization: string | undefined;
  body: string;
}

export interface TestServer {
  origin: string;
  apiUrl: string;
  /** `GET /api/v3/repos/o/r` */
  requests: string[];
  received: Received[];
  stop(): Promise<void>;
}

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

/** A server on this machine, whose requests are answered by the handlers in turn, then by the last one. It stops after the test. */
export async function serve(...handlers: Handler[]): Promise<TestServer> {
  const received: Received[] = [];
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    const entry = { method, url, authorization: headers.authorization, body: '' };
    received.push(entry);
    requests.push(`${method} ${url}`);
    request.on('data', (chunk) => {
      entry.body += chunk;
    });
    (handlers[requests.length - 1] ?? handlers.at(-1))?.(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  const running = { origin, apiUrl: `${origin}/api/v3`, requests, received, stop };
  servers.push(running);
  return running;
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers })
      .end(JSON.stringify(body));

/** A successful response with this text. */
export const raw =
  (body: string, headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json', connection: 'close', ...headers }).end(body);

export const reset: Handler = (request) => request.socket.destroy();

export const redirect =
  (status: number, location: string | ((url: string) => string)): Handler =>
  (request, response) =>
    response
      .writeHead(status, { location: typeof location === 'string' ? location : location(request.url ?? '') })
      .end('{}');
