import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import type { Cluster, KubernetesObject } from '../../cluster/index.ts';
import { toolPath } from '../../tools/index.ts';
import type { NotYet } from '../waiting.ts';

interface Listed<T> {
  metadata: { resourceVersion: string };
  items: T[];
}

interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: T;
}

/** An object as it was seen at some time. */
export interface Sighting<T> {
  /** Milliseconds since 1970, by this machine's clock. */
  time: number;
  object: T;
  /** Was this the last of it? */
  gone: boolean;
}

const RETRY_AFTER_MS = 300;

/**
 * Objects of a cluster as they are, followed without asking again and again: a list, then what the API server says has
 * changed. When the connection ends (the API server restarts, say) it lists anew.
 */
export class Watch<T extends KubernetesObject> {
  readonly #cluster: Cluster;
  readonly #path: string;
  readonly #signal: AbortSignal;
  #items = new Map<string, T>();
  readonly #sightings: Sighting<T>[] = [];
  readonly #onChange = new Set<() => void>();

  private constructor(cluster: Cluster, path: string, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#path = path;
    this.#signal = signal;
  }

  /**
   * @param path of a list in the API, with its selectors
   * @param signal ends it
   */
  static async open<T extends KubernetesObject>(
    cluster: Cluster,
    path: string,
    signal: AbortSignal,
  ): Promise<Watch<T>> {
    const watch = new Watch<T>(cluster, path, signal);
    const version = await watch.#list();
    void watch.#follow(version);
    return watch;
  }

  get items(): readonly T[] {
    return [...this.#items.values()];
  }

  /** Everything that was seen since it was opened, in order. */
  get sightings(): readonly Sighting<T>[] {
    return this.#sightings;
  }

  /**
   * Waits until `find` finds something in what there is.
   * @throws when it takes longer than so many seconds, or the watch is ended
   */
  async until<R>(what: string, seconds: number, find: (items: readonly T[]) => R | NotYet): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const look = () => {
      try {
        const found = find(this.items);
        if (found !== undefined && found !== null && found !== false) resolve(found);
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => reject(new Error(`waited ${seconds} s for ${what}`)), seconds * 1000);
    const end = () => reject(this.#signal.reason);
    this.#signal.addEventListener('abort', end, { once: true });
    this.#onChange.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', end);
      this.#onChange.delete(look);
    }
  }

  async #list(): Promise<string> {
    const { metadata, items } = JSON.parse(await this.#cluster.kubectl('get', '--raw', this.#path)) as Listed<T>;
    const known = this.#items;
    this.#items = new Map(items.map((item) => [item.metadata.name, item]));
    for (const item of items) {
      if (JSON.stringify(known.get(item.metadata.name)) !== JSON.stringify(item)) this.#see(item, false);
    }
    for (const [name, item] of known) if (!this.#items.has(name)) this.#see(item, true);
    this.#tell();
    return metadata.resourceVersion;
  }

  async #follow(version: string): Promise<void> {
    let from: string | undefined = version;
    while (!this.#signal.aborted) {
      try {
        from ??= await this.#list();
        await this.#stream(from);
      } catch {
        // The API server is away: what it says when it is back is all that matters.
        await sleep(RETRY_AFTER_MS);
      }
      from = undefined;
    }
  }

  async #stream(version: string): Promise<void> {
    const { kubeconfig, context } = this.#cluster.access;
    const where = [...(kubeconfig ? [`--kubeconfig=${kubeconfig}`] : []), ...(context ? [`--context=${context}`] : [])];
    const question = this.#path.includes('?') ? '&' : '?';
    const path = `${this.#path}${question}watch=1&resourceVersion=${version}`;
    const kubectl = execa(toolPath('kubectl'), [...where, 'get', '--raw', path], {
      cancelSignal: this.#signal,
      buffer: false,
      stdin: 'ignore',
      stderr: 'ignore',
    });
    for await (const line of kubectl) {
      const { type, object } = JSON.parse(line) as WatchEvent<T>;
      // Too long ago, or the like: the connection stays, but nothing more comes.
      if (type === 'ERROR') {
        kubectl.kill();
        return;
      }
      if (type === 'DELETED') this.#items.delete(object.metadata.name);
      else this.#items.set(object.metadata.name, object);
      this.#see(object, type === 'DELETED');
      this.#tell();
    }
  }

  #see(object: T, gone: boolean): void {
    this.#sightings.push({ time: Date.now(), object, gone });
  }

  #tell(): void {
    for (const look of this.#onChange) look();
  }
}
