/** Injected faults that a client must survive. They occur once, a number of times, or always. */

export interface FaultMatch {
  method?: string;
  /** A regular expression for the path with its query. */
  path?: string;
  /** An operation's id, `graphql`, `git/receive-pack`, `git/upload-pack`, or `git/info-refs`. */
  operation?: string;
}

export type FaultAction =
  /** Responds without serving the request. */
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** Resets the connection before the request is served. */
  | 'reset'
  /** Serves the request, then resets the connection. */
  | 'lost-response'
  /** Serves the request, sends the headers and the first half of the body, then closes the connection. */
  | 'cut-response'
  /** Serves the request, and responds with the first half of the body as if it were the whole. */
  | 'invalid-json'
  /** Serves the request, and responds with its status and no body. */
  | 'empty-response'
  /** Redirects to the same address (307), as GitHub does for a renamed repository. The second request is served. */
  | 'redirect'
  /** Responds with 200 and an HTML page without serving the request, as a proxy does. */
  | 'html'
  /** Responds to an upload with 502, and leaves an asset with the state `starter`. */
  | 'starter'
  /** Serves the request after a delay. */
  | { delayMs: number }
  /** Serves the request with lists that do not show what was created in the last milliseconds; see `lag.ts`. */
  | { lagMs: number };

export interface FaultRequest {
  match: FaultMatch;
  /** How often it occurs; always when not given. */
  times?: number;
  /** How many matching requests pass first; 0 when not given. */
  after?: number;
  fault: FaultAction;
}

export interface Fault extends FaultRequest {
  id: number;
  /** Matching requests so far. */
  seen: number;
  /** How many requests met the fault. */
  met: number;
}

export interface FaultTarget {
  method: string;
  path: string;
  operation: string | null;
  /** Whether the request follows a redirect of the hub. */
  redirected?: boolean;
}

export class Faults {
  #faults: Fault[] = [];
  #nextId = 1;

  /** @throws SyntaxError when `match.path` is not a regular expression */
  add(request: FaultRequest): Fault {
    if (request.match.path !== undefined) new RegExp(request.match.path);
    const fault: Fault = { ...request, id: this.#nextId++, seen: 0, met: 0 };
    this.#faults.push(fault);
    return fault;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  clear(): void {
    this.#faults = [];
  }

  /** The first fault that matches the request. It is counted as met. */
  take(target: FaultTarget): FaultAction | undefined {
    for (const fault of this.#faults) {
      if (!matches(fault.match, target)) continue;
      if (fault.fault === 'redirect' && target.redirected) continue;
      fault.seen++;
      if (fault.seen <= (fault.after ?? 0)) continue;
      if (fault.times !== undefined && fault.met >= fault.times) continue;
      fault.met++;
      return fault.fault;
    }
    return undefined;
  }
}

function matches(match: FaultMatch, target: FaultTarget): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== target.method) return false;
  if (match.operation !== undefined && match.operation !== target.operation) return false;
  return match.path === undefined || new RegExp(match.path).test(target.path);
}
