import { join } from 'node:path';
import { startTraffic, type Traffic, type TrafficReport } from '../traffic/index.ts';
import { shopTarget } from './shop/traffic.ts';
import type { World } from './world.ts';

/** What one act has going on around it. All of it ends with the act, however that ends. */
export class Stage {
  readonly #world: World;
  readonly #act: string;
  readonly #end = new AbortController();
  readonly #traffic: Promise<Traffic>[] = [];

  constructor(world: World, act: string) {
    this.#world = world;
    this.#act = act;
  }

  /** Aborted when the act is over. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Sends requests to the shop until they are stopped, at the latest at the end of the act. Throws when that has come. */
  async startTraffic(options: { rate?: number; seconds?: number } = {}): Promise<Traffic> {
    const target = await shopTarget(this.#world.cluster);
    this.signal.throwIfAborted();
    const name = [this.#act, ...(this.#traffic.length > 0 ? [this.#traffic.length + 1] : [])].join('-');
    const traffic = startTraffic(target, { ...options, name, directory: join(this.#world.directory, 'traffic') });
    this.#traffic.push(traffic);
    return traffic;
  }

  /** Ends everything, and returns what came of the traffic that could be started. Throws when it could not be recorded. */
  async end(): Promise<TrafficReport[]> {
    this.#end.abort(new Error('the act is over'));
    // Traffic that did not start has failed its act.
    const started = (await Promise.allSettled(this.#traffic)).filter((each) => each.status === 'fulfilled');
    return Promise.all(started.map(({ value }) => value.stop()));
  }
}
