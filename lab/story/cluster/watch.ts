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

/** An object as it was observed at some time. */
export interface Observation<T> {
  /** Milliseconds since 1970, by this machine's clock. */
  time: number;
  object: T;
  /** Whether this is its last state. */
  deleted: boolean;
}

const RETRY_AFTER_MS = 300;

/**
 * The current objects of a list in the cluster, kept up to date without polling: first a list, then the events of the API
 * server. When the connection ends, for example because the API server restarts, it lists again.
 */
export class Watch<T extends KubernetesObject> {
  readonly #cluster: Cluster;
  readonly #path: string;
  readonly #signal: AbortSignal;
  #items = new Map<string, T>();
  readonly #observations: Observation<T>[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(cluster: Cluster, path: string, signal: AbortSignal) {
    this.#cluster = cluster;
    this.#path = path;
    this.#signal = signal;
  }

  /**
   * @param path of a list in the API, with its selectors
   * @param signal ends the watch
   */
  static async start<T extends KubernetesObject>(
    cluster: Cluster,
    path: string,
    signal: AbortSignal,
  ): Promise<Watch<T>> {
    const watch = new Watch<T>(cluster, path, signal);
    const version = await watch.#list();
    void watch.#run(version);
    return watch;
  }

  get items(): readonly T[] {
    return [...this.#items.values()];
  }

  /** Everything that was observed since the start, in order. */
  get observations(): readonly Observation<T>[] {
    return this.#observations;
  }

  /**
   * Waits until `find` returns a value for the current objects.
   * @throws after so many seconds, or when the watch ends
   */
  async until<R>(what: string, seconds: number, find: (items: readonly T[]) => R | NotYet): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    const check = () => {
      try {
        const found = find(this.items);
        if (found !== undefined && found !== null && found !== false) resolve(found);
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => reject(new Error(`waited ${seconds} s for ${what}`)), seconds * 1000);
    const onAbort = () => reject(this.#signal.reason);
    this.#signal.addEventListener('abort', onAbort, { once: true });
    this.#listeners.add(check);
    check();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', onAbort);
      this.#listeners.delete(check);
    }
  }

  async #list(): Promise<string> {
    const { metadata, items } = JSON.parse(await this.#cluster.kubectl('get', '--raw', this.#path)) as Listed<T>;
    const previous = this.#items;
    this.#items = new Map(items.map((item) => [item.metadata.name, item]));
    for (const item of items) {
      if (JSON.stringify(previous.get(item.metadata.name)) !== JSON.stringify(item)) this.#record(item, false);
    }
    for (const [name, item] of previous) if (!this.#items.has(name)) this.#record(item, true);
    this.#notify();
    return metadata.resourceVersion;
  }

  async #run(version: string): Promise<void> {
    let from: string | undefined = version;
    while (!this.#signal.aborted) {
      try {
        from ??= await this.#list();
        await this.#stream(from);
      } catch {
        // The API server is unavailable. Only its state after that matters.
        await sleep(RETRY_AFTER_MS);
      }
      from = undefined;
    }
  }

  async #stream(version: string): Promise<void> {
    const { kubeconfig, context } = this.#cluster.access;
    const access = [
      ...(kubeconfig ? [`--kubeconfig=${kubeconfig}`] : []),
      ...(context ? [`--context=${context}`] : []),
    ];
    const separator = this.#path.includes('?') ? '&' : '?';
    const path = `${this.#path}${separator}watch=1&resourceVersion=${version}`;
    const kubectl = execa(toolPath('kubectl'), [...access, 'get', '--raw', path], {
      cancelSignal: this.#signal,
      buffer: false,
      stdin: 'ignore',
      stderr: 'ignore',
    });
    for await (const line of kubectl) {
      const { type, object } = JSON.parse(line) as WatchEvent<T>;
      // For example, the resource version is too old. The connection stays open, but no more events follow.
      if (type === 'ERROR') {
        kubectl.kill();
        return;
      }
      if (type === 'DELETED') this.#items.delete(object.metadata.name);
      else this.#items.set(object.metadata.name, object);
      this.#record(object, type === 'DELETED');
      this.#notify();
    }
  }

  #record(object: T, deleted: boolean): void {
    this.#observations.push({ time: Date.now(), object, deleted });
  }

  #notify(): void {
    for (const check of this.#listeners) check();
  }
}
