import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';

export type Fetch = (request: Request) => Response | Promise<Response>;

export interface ListenOptions {
  host: string | undefined;
  port: number;
  /** Sent with every response, whoever makes it. */
  headers: Readonly<Record<string, string>>;
}

// Longer than the idle time of the proxies in front (60 s is common), so that it is never this side that closes a
// connection on which a request is already on its way: https://nodejs.org/api/http.html#serverkeepalivetimeout
const KEEP_ALIVE_MS = 75_000;

/** An HTTP server that can be taken out of service without losing a request. */
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

  /** @throws when the port is taken or the address is not this machine's. */
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

  /** From now on every answer asks its client to connect anew, where the traffic's new way does not lead here. */
  drain(): void {
    this.#draining = true;
    for (const response of this.#open) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }

  /**
   * Refuses new connections, lets open requests finish and closes what is idle. What is still open after
   * `timeoutMs` is cut.
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
      // An answer whose header left before the drain kept its connection alive; `close` saw it busy and passed it by.
      if (!this.#server.listening) setImmediate(() => this.#server.closeIdleConnections());
    });
  }
}
