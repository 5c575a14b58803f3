export interface LoggedRequest {
  id: string;
  time: string;
  method: string;
  path: string;
  status: number;
  /** The operation of GitHub's description, `graphql` or `git/…`; null for pages and unknown paths. */
  operation: string | null;
  login: string | null;
  milliseconds: number;
  /** Parameters and keys of the body that the operation does not have. GitHub ignores them, so they are mistakes. */
  ignored: readonly string[];
}

const MAX_ENTRIES = 10_000;

/** The latest requests that the hub has served, without those to `/_lab/`. */
export class RequestLog {
  #entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.#entries.push(entry);
    if (this.#entries.length > MAX_ENTRIES * 2) this.#entries = this.#entries.slice(-MAX_ENTRIES);
  }

  list(): readonly LoggedRequest[] {
    return this.#entries.slice(-MAX_ENTRIES);
  }

  clear(): void {
    this.#entries = [];
  }
}
