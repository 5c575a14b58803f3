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

/** Rejects when the act takes longer than it may. What it does outside goes on; nothing of it is waited for. */
async function withLimit(act: Act, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new LabError(
            `The act took longer than ${act.limit} s.`,
            'See `npm run lab -- logs hub` for what it waited for.',
          ),
        ),
      act.limit * 1000,
    );
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

async function playAct(act: Act, world: World, thread: Thread, progress: (line: string) => void): Promise<Played> {
  const expectations = new Expectations();
  const stage = new Stage(world, act.name);
  const started = performance.now();
  const failure = await withLimit(act, act.play(world, expectations, thread, progress, stage)).then(
    () => undefined,
    (error: Error) => (error.name === 'ExpectationFailed' ? error.message : describeError(error)),
  );
  const traffic = await stage.end();
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
 * @returns what was played, the failed act included; also written to `results.json` in the lab's folder
 */
export async function playActs(acts: readonly Act[], world: World, labDir: string): Promise<Played[]> {
  const played: Played[] = [];
  const thread: Thread = {};
  const tasks = acts.map((act) => ({
    title: `Act ${act.number}: ${act.title}`,
    task: async (_: unknown, task: { output: string; title: string }) => {
      const result = await playAct(act, world, thread, (line) => {
        task.output = line;
      });
      played.push(result);
      if (result.failure !== undefined) throw new Error(result.failure);
      task.title = `${task.title}: ${result.expectations.length} expectations met in ${result.seconds.toFixed(1)} s`;
    },
  }));
  const renderer = process.stdout.isTTY ? 'default' : 'simple';
  await new Listr(tasks, { renderer, rendererOptions: { collapseErrors: false } }).run().catch(() => undefined);
  await mkdir(labDir, { recursive: true });
  await writeFile(join(labDir, 'results.json'), `${JSON.stringify(played, null, 2)}\n`);
  return played;
}
