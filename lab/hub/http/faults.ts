/** Trouble on demand: what a client must survive, made to happen once, some times, or always. */

export interface FaultMatch {
  method?: string;
  /** A regular expression for the path with its query. */
  path?: string;
  /** An operation's id, `graphql`, `git/receive-pack`, `git/upload-pack`, `git/info-refs` or `upload`. */
  operation?: string;
}

export type FaultAction =
  /** Answers instead of doing it. */
  | { status: number; headers?: Record<string, string>; body?: unknown }
  /** Cuts the connection before doing anything. */
  | 'reset'
  /** Does it, then cuts the connection. */
  | 'lost-response'
  /** Does it, later. */
  | { delayMs: number };

export interface FaultRequest {
  match: FaultMatch;
  /** How often; undefined is forever. */
  times?: number;
  /** How many matching requests pass first. */
  after?: number;
  fault: FaultAction;
}

export interface Fault extends FaultRequest {
  id: number;
  /** Matching requests so far. */
  seen: number;
  /** How many of them met the fault. */
  met: number;
}

export interface FaultTarget {
  method: string;
  path: string;
  operation: string | null;
}

export class Faults {
  #faults: Fault[] = [];
  #nextId = 1;

  /** @throws SyntaxError when `match.path` is no regular expression. */
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

  /** The fault that this request meets, counted as met; the first that matches wins. */
  take(target: FaultTarget): FaultAction | undefined {
    for (const fault of this.#faults) {
      if (!matches(fault.match, target)) continue;
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
