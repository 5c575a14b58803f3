import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export type Fetch = (request: Request) => Response | Promise<Response>;

export interface ListenOptions {
  host: string | undefined;
  port: number;
  /** Sent with every response. */
  headers: Readonly<Record<string, string>>;
}

// Longer than the idle timeout of the proxies in front (60 s is common), so that this side never closes a connection
// while a request is in flight on it: https://nodejs.org/api/http.html#serverkeepalivetimeout
const KEEP_ALIVE_MS = 75_000;

/** An HTTP server that can stop without losing a request. */
export class HttpServer {
  readonly #server: Server;
  readonly #open = new Set<ServerResponse>();
  #draining = false;

  private constructor(fetch: Fetch, headers: ListenOptions['headers']) {
    const listener = getRequestListener(fetch, { overrideGlobalObjects: false });
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      this.#track(response);
      void listener(request, response);
    });
  }

  /** @throws if the port is in use or the address is not one of this machine */
  static async listen(fetch: Fetch, { host, port, headers }: ListenOptions): Promise<HttpServer> {
    const server = new HttpServer(fetch, headers);
    server.#server.listen(port, host);
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get openRequests(): number {
    return this.#open.size;
  }

  /**
   * From now on every response asks its client to reconnect, which the load balancer then routes to another replica.
   */
  drain(): void {
    this.#draining = true;
    for (const response of this.#open) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }

  /**
   * Refuses new connections, lets open requests finish and closes idle connections. Requests that are still open after
   * `timeoutMs` are cut.
   * @returns how many requests were cut
   */
  async close(timeoutMs: number): Promise<number> {
    this.drain();
    let cut = 0;
    const timer = setTimeout(() => {
      cut = this.#open.size;
      this.#server.closeAllConnections();
    }, timeoutMs);
    this.#server.close();
    await once(this.#server, 'close');
    clearTimeout(timer);
    return cut;
  }

  #track(response: ServerResponse): void {
    if (this.#draining) response.setHeader('connection', 'close');
    this.#open.add(response);
    response.once('close', () => {
      this.#open.delete(response);
      // A response whose headers were sent before the drain keeps its connection alive; `close` skipped it because it
      // was busy.
      if (!this.#server.listening) setImmediate(() => this.#server.closeIdleConnections());
    });
  }
}
