import { Agent, type IncomingMessage, request } from 'node:http';

/** A request without a complete response within this time is lost. */
export const REQUEST_TIMEOUT_MS = 2000;

/** The result of one request. */
export interface RequestResult {
  /** HTTP status; 0 without a response. */
  status: number;
  /** The header `x-shop-version` of the response; empty if it is missing. */
  version: string;
  /** Whether it used an existing connection. */
  kept: boolean;
  /** Why it counts as lost; undefined if it got a complete successful response in time. */
  lost?: string;
}

const TIMEOUT_REASON = `no complete response within ${REQUEST_TIMEOUT_MS / 1000} s`;

/** Marks a request as lost if its response was late, even if its timer had not fired. */
export function applyTimeout(result: RequestResult, latencyMs: number): RequestResult {
  return result.lost === undefined && latencyMs > REQUEST_TIMEOUT_MS ? { ...result, lost: TIMEOUT_REASON } : result;
}

const VERSION_HEADER = 'x-shop-version';

/** Number of clients with a persistent connection. Each sends one request at a time. */
const CLIENT_COUNT = 20;

/**
 * HTTP clients: every other request opens a new connection, the rest use persistent ones in turn. They alternate because a
 * connection that is used often soon learns that the server wants to close it.
 *
 * No request is sent twice. HTTP allows a client to repeat a GET whose connection closed before a response (RFC 9112,
 * section 9.3.1), and browsers do; here that request is lost. Only a connection that closed before a request was sent on
 * it is replaced.
 */
export class Clients {
  readonly #target: { host: string; port: string; path: string };
  readonly #agents = Array.from({ length: CLIENT_COUNT }, () => new Agent({ keepAlive: true, maxFreeSockets: 1 }));

  constructor(url: string) {
    const { hostname: host, port, pathname, search } = new URL(url);
    this.#target = { host, port, path: `${pathname}${search}` };
  }

  /** @param timeoutMs remaining time for the response */
  send(turn: number, timeoutMs: number): Promise<RequestResult> {
    const agent = turn % 2 === 1 ? this.#agents[((turn - 1) / 2) % CLIENT_COUNT] : false;
    const { promise, resolve } = Promise.withResolvers<RequestResult>();
    let status = 0;
    let version = '';
    const sent = request({ ...this.#target, agent });
    const finish = (lost?: string) => {
      clearTimeout(timer);
      resolve({ status, version, kept: sent.reusedSocket, ...(lost === undefined ? {} : { lost }) });
    };
    const timer = setTimeout(() => {
      finish(TIMEOUT_REASON);
      sent.destroy();
    }, timeoutMs);
    sent.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    sent.on('response', (response: IncomingMessage) => {
      status = response.statusCode ?? 0;
      version = String(response.headers[VERSION_HEADER] ?? '');
      response.on('error', (error: NodeJS.ErrnoException) =>
        finish(`incomplete response: ${error.code ?? error.message}`),
      );
      response.on('end', () => finish(status >= 200 && status < 300 ? undefined : `status ${status}`));
      response.resume();
    });
    sent.end();
    return promise;
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }
}
