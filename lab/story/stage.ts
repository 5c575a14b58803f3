import { join } from 'node:path';
import { startTraffic, type Traffic, type TrafficReport } from '../traffic/index.ts';
import type { Stage } from './act.ts';
import { Expectations } from './expectations.ts';

/** A stage that `playActs` can end. */
export interface ActStage extends Stage {
  /** Ends everything and returns the reports of all traffic that was started. Throws if it could not be recorded. */
  end(): Promise<TrafficReport[]>;
}

/** @param act the act's name, which names the files of its traffic */
export function createStage({
  act,
  world,
  state,
  progress,
}: Pick<Stage, 'world' | 'state' | 'progress'> & { act: string }): ActStage {
  const controller = new AbortController();
  const { signal } = controller;
  const started: Promise<Traffic>[] = [];
  return {
    world,
    expect: new Expectations(),
    state,
    signal,
    progress,
    async startTraffic(options = {}) {
      const target = await world.findShopTarget();
      signal.throwIfAborted();
      const name = [act, ...(started.length > 0 ? [started.length + 1] : [])].join('-');
      const traffic = startTraffic(target, { ...options, name, directory: join(world.directory, 'traffic') });
      started.push(traffic);
      return traffic;
    },
    async end() {
      controller.abort(new Error('the act is over'));
      // Traffic that could not be started has already failed its act.
      const running = (await Promise.allSettled(started)).filter((result) => result.status === 'fulfilled');
      return Promise.all(running.map(({ value }) => value.stop()));
    },
  };
}
