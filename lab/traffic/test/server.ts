import type { IncomingMessage, ServerResponse } from 'node:http';
import { startServer } from '../../../scripts/test-support/server.ts';

/** Starts a server on 127.0.0.1. `handle` is called with each request and the number of requests before it. */
export async function serve(handle: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
  let count = 0;
  const started = await startServer((request, response) => handle(request, response, count++));
  return { ...started, url: `${started.url}/`, count: () => count };
}

export function ok(response: ServerResponse, version = '1.0.0'): void {
  response.setHeader('x-shop-version', version);
  response.end('the page');
}
