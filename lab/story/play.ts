import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Listr } from 'listr2';
import { describeError, LabError } from '../errors.ts';
import type { TrafficReport } from '../traffic/index.ts';
import type { Act, Thread } from './act.ts';
import { type Expectation, Expectations } from './expectations.ts';
import { Stage } from './stage.ts';
import type { World } from './world.ts';

export interface Played {
  act: string;
  number: number;
  title: string;
  expectations: Expectation[];
  seconds: number;
  /** What came of the traffic in it, if it had any. */
  traffic: TrafficReport[];
  /** Why the act ended early. */
  failure?: string;
}

/**
 * Rejects when the act takes longer than it may, or when `signal` is aborted, with its reason. What the act does outside
 * goes on; nothing of it is waited for.
 */
async function withLimit(act: Act, work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const tooLong = () =>
    reject(
      new LabError(`The act took longer than ${act.limit} s.`, 'See `npm run lab -- logs hub` for what it waited for.'),
    );
  const stopped = () => reject(signal.reason);
  const timer = setTimeout(tooLong, act.limit * 1000);
  signal.addEventListener('abort', stopped, { once: true });
  if (signal.aborted) stopped();
  try {
    await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stopped);
  }
}

const explain = (error: Error): string => (error.name === 'ExpectationFailed' ? error.message : describeError(error));

async function playAct(
  act: Act,
  world: World,
  thread: Thread,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<Played> {
  signal.throwIfAborted();
  const expectations = new Expectations();
  const stage = new Stage(world, act.name);
  const started = performance.now();
  let failure: string | undefined;
  let traffic: TrafficReport[] = [];
  await withLimit(act, act.play(world, expectations, thread, progress, stage), signal).catch((error: Error) => {
    failure = explain(error);
  });
  try {
    traffic = await stage.end();
  } catch (error) {
    failure ??= explain(error as Error);
  }
  signal.throwIfAborted();
  const { name, number, title } = act;
  const seconds = (performance.now() - started) / 1000;
  return {
    act: name,
    number,
    title,
    expectations: expectations.all,
    seconds,
    traffic,
    ...(failure === undefined ? {} : { failure }),
  };
}

/**
 * Plays acts one after the other and stops at the first that fails, because those after it build on it.
 * @param signal ends the act that is being played; its reason is then thrown
 * @returns what was played, the failed act included; also written to `results.json` in the lab's directory
 */
export async function playActs(
  acts: readonly Act[],
  world: World,
  labDir: string,
  signal = new AbortController().signal,
): Promise<Played[]> {
  const played: Played[] = [];
  const thread: Thread = {};
  const tasks = acts.map((act) => ({
    title: `Act ${act.number}: ${act.title}`,
    task: async (_: unknown, task: { output: string; title: string }) => {
      const show = (line: string) => {
        task.output = line;
      };
      const result = await playAct(act, world, thread, show, signal);
      played.push(result);
      if (result.failure !== undefined) throw new Error(result.failure);
      task.title = `${task.title}: ${result.expectations.length} expectations met in ${result.seconds.toFixed(1)} s`;
    },
  }));
  const renderer = process.stdout.isTTY ? 'default' : 'simple';
  const list = new Listr(tasks, {
    renderer,
    rendererOptions: { collapseErrors: false },
    // Else Ctrl-C would end this process at once, and with it whoever wants to clean up.
    registerSignalListeners: false,
  });
  await list.run().catch((error: Error) => {
    // What failed in an act is in what was played.
    if (!played.some(({ failure }) => failure !== undefined)) throw error;
  });
  await mkdir(labDir, { recursive: true });
  await writeFile(join(labDir, 'results.json'), `${JSON.stringify(played, null, 2)}\n`, { mode: 0o600 });
  return played;
}
