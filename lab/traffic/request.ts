import { Agent, type IncomingMessage, request } from 'node:http';

/** A request that is not answered within this time is lost. */
export const LOST_AFTER_MS = 2000;

/** What became of one request. */
export interface Outcome {
  /** HTTP status; 0 when no answer came. */
  status: number;
  /** What answered, by its header `x-shop-version`; empty when it does not say. */
  version: string;
  /** Did it go over a connection that was there before? */
  kept: boolean;
  /** Why it counts as lost; undefined when it was answered well, whole and in time. */
  lost?: string;
}

const TOO_LATE = `no whole answer within ${LOST_AFTER_MS / 1000} s`;

/** An answer that came too late is lost, also when it came before its timer went off. */
export function judge(outcome: Outcome, latencyMs: number): Outcome {
  return outcome.lost === undefined && latencyMs > LOST_AFTER_MS ? { ...outcome, lost: TOO_LATE } : outcome;
}

const VERSION_HEADER = 'x-shop-version';

/** So many clients keep their connection; each sends one request after the other on it. */
const CLIENTS = 20;

/**
 * Those who send: every other request opens a connection of its own, the rest take turns on kept ones. Turns, because a
 * connection that is used often hears soon that its server wants it closed.
 *
 * Nothing is ever sent twice. HTTP lets a client repeat a GET whose connection closed before an answer came (RFC 9112,
 * section 9.3.1), and browsers do; here that request is lost. Only a connection that closed before a request was given to
 * it is replaced.
 */
export class Senders {
  readonly #target: { host: string; port: string; path: string };
  readonly #agents = Array.from({ length: CLIENTS }, () => new Agent({ keepAlive: true, maxFreeSockets: 1 }));

  constructor(url: string) {
    const { hostname: host, port, pathname, search } = new URL(url);
    this.#target = { host, port, path: `${pathname}${search}` };
  }

  /** @param withinMs how much of its time the request still has */
  send(turn: number, withinMs: number): Promise<Outcome> {
    const agent = turn % 2 === 1 ? this.#agents[((turn - 1) / 2) % CLIENTS] : false;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    let status = 0;
    let version = '';
    const sent = request({ ...this.#target, agent });
    const settle = (lost?: string) => {
      clearTimeout(timer);
      resolve({ status, version, kept: sent.reusedSocket, ...(lost === undefined ? {} : { lost }) });
    };
    const timer = setTimeout(() => {
      settle(TOO_LATE);
      sent.destroy();
    }, withinMs);
    sent.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
    sent.on('response', (response: IncomingMessage) => {
      status = response.statusCode ?? 0;
      version = String(response.headers[VERSION_HEADER] ?? '');
      response.on('error', (error: NodeJS.ErrnoException) => settle(`cut off: ${error.code ?? error.message}`));
      response.on('end', () => settle(status >= 200 && status < 300 ? undefined : `status ${status}`));
      response.resume();
    });
    sent.end();
    return promise;
  }

  close(): void {
    for (const agent of this.#agents) agent.destroy();
  }
}
