import { randomUUID } from 'node:crypto';
import type { Urls } from '../urls.ts';

const PREFIX = '/_storage/';

/**
 * Where the API redirects to for the bytes of files. GitHub's are addresses of another host that are signed and need no
 * token; these have a random name.
 */
export class Downloads {
  readonly #urls: Urls;
  readonly #files = new Map<string, () => Promise<Response>>();

  constructor(urls: Urls) {
    this.#urls = urls;
  }

  /** An address at which anyone can get what `open` opens. */
  link(open: () => Promise<Response>): string {
    const path = PREFIX + randomUUID();
    this.#files.set(path, open);
    return this.#urls.root + path;
  }

  /** Opens the file of an address; undefined when the path is none of them. */
  find(path: string): (() => Promise<Response>) | undefined {
    return this.#files.get(path);
  }
}
