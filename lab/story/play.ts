import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Listr } from 'listr2';
import { describeError, LabError } from '../errors.ts';
import type { TrafficReport } from '../traffic/index.ts';
import type { Act, StoryState } from './act.ts';
import type { Expectation } from './expectations.ts';
import { type ActStage, createStage } from './stage.ts';
import type { World } from './world.ts';

export interface ActResult {
  act: string;
  /** Its position in this run, from 1. */
  position: number;
  title: string;
  expectations: Expectation[];
  seconds: number;
  /** Reports of the act's traffic, if it had any. */
  traffic: TrafficReport[];
  /** Why the act ended early. */
  failure?: string;
}

/**
 * Rejects when the act exceeds its time limit, or when `signal` is aborted, with its reason. What the act has started
 * outside this process continues, and nothing waits for it.
 */
async function withTimeout(act: Act, work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onTimeout = () =>
    reject(
      new LabError(
        `The act took longer than ${act.timeoutSeconds} s.`,
        'See `npm run lab -- logs hub` for what it waited for.',
      ),
    );
  const onAbort = () => reject(signal.reason);
  const timer = setTimeout(onTimeout, act.timeoutSeconds * 1000);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await Promise.race([work, ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

const describeFailure = (error: Error): string =>
  error.name === 'ExpectationFailed' ? error.message : describeError(error);

async function playAct(act: Act, stage: ActStage, signal: AbortSignal): Promise<Omit<ActResult, 'position'>> {
  signal.throwIfAborted();
  const started = performance.now();
  let failure: string | undefined;
  let traffic: TrafficReport[] = [];
  await withTimeout(act, act.play(stage), signal).catch((error: Error) => {
    failure = describeFailure(error);
  });
  try {
    traffic = await stage.end();
  } catch (error) {
    failure ??= describeFailure(error as Error);
  }
  signal.throwIfAborted();
  const { name, title } = act;
  const seconds = (performance.now() - started) / 1000;
  return {
    act: name,
    title,
    expectations: stage.expect.all,
    seconds,
    traffic,
    ...(failure === undefined ? {} : { failure }),
  };
}

/**
 * Plays acts in order and stops at the first that fails, because later acts build on it.
 * @param signal ends the current act; its reason is then thrown
 * @returns the results of all acts that were played, the failed one included; also written to `results.json` in the lab's
 *   directory
 */
export async function playActs(
  acts: readonly Act[],
  world: World,
  signal = new AbortController().signal,
): Promise<ActResult[]> {
  const results: ActResult[] = [];
  const state: StoryState = {};
  const tasks = acts.map((act, index) => ({
    title: `Act ${index + 1}: ${act.title}`,
    task: async (_: unknown, task: { output: string; title: string }) => {
      const progress = (line: string) => {
        task.output = line;
      };
      const result = await playAct(act, createStage({ act: act.name, world, state, progress }), signal);
      results.push({ position: index + 1, ...result });
      if (result.failure !== undefined) throw new Error(result.failure);
      task.title = `${task.title}: ${result.expectations.length} expectations met in ${result.seconds.toFixed(1)} s`;
    },
  }));
  const renderer = process.stdout.isTTY ? 'default' : 'simple';
  const list = new Listr(tasks, {
    renderer,
    rendererOptions: { collapseErrors: false },
    // Otherwise Ctrl-C would end this process at once, before anything can be cleaned up.
    registerSignalListeners: false,
  });
  await list.run().catch((error: Error) => {
    // The failure of an act is part of its result.
    if (!results.some(({ failure }) => failure !== undefined)) throw error;
  });
  await mkdir(world.labDir, { recursive: true });
  await writeFile(join(world.labDir, 'results.json'), `${JSON.stringify(results, null, 2)}\n`, { mode: 0o600 });
  return results;
}
