export interface LoggedRequest {
  id: string;
  time: string;
  method: string;
  path: string;
  status: number;
  /** The operation of GitHub's description; `graphql`, `git/…` or `_lab` for the rest. */
  operation: string | null;
  login: string | null;
  milliseconds: number;
}

const KEPT = 10_000;

/** The latest requests that the hub served, so that a test can count them. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > KEPT * 2) this.#entries = this.#entries.slice(-KEPT);
  }

  list(): readonly LoggedRequest[] {
    return this.#entries.slice(-KEPT);
  }

  clear(): void {
    this.#entries = [];
  }
}
