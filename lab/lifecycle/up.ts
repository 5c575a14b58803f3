import { Listr, PRESET_TIMER } from 'listr2';
import type { Lab } from '../lab.ts';
import { lockLab } from '../services/lock.ts';
import { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { interruptible } from './interrupt.ts';
import { requireLinuxRoot } from './platform.ts';
import { steps as allSteps, type LabStep } from './steps.ts';

/** Without a terminal each line of progress stays, so the same line with other numbers is shown this seldom. */
const REPEAT_AFTER = 10_000;

/**
 * Brings the lab in `dir` up: whatever runs already and is healthy is kept. If it fails or is interrupted, what this call
 * started is stopped again. A second Ctrl-C kills it and ends the process.
 */
export async function up(dir: string, steps: readonly LabStep[] = allSteps): Promise<void> {
  requireLinuxRoot();
  const release = await lockLab(dir, (line) => console.log(line));
  try {
    const state = LabState.load(dir);
    let supervisor = new Supervisor(state);
    await interruptible(
      async (signal) => {
        supervisor = new Supervisor(state, signal);
        const lab = { dir, state, supervisor, signal };
        try {
          await supervisor.adopt();
          await runSteps(lab, steps);
        } catch (error) {
          for (const step of steps.toReversed()) await step.undo?.(lab);
          await supervisor.stopStarted();
          throw signal.aborted ? signal.reason : error;
        }
      },
      () => supervisor.killStarted(),
    );
  } finally {
    await release();
  }
}

async function runSteps(lab: Lab, steps: readonly LabStep[]): Promise<void> {
  const tasks = steps.map((step) => ({
    title: step.title,
    task: (_: unknown, task: { output: string }) => {
      lab.signal?.throwIfAborted();
      return step.run(
        lab,
        seldom((line) => {
          task.output = line;
        }),
      );
    },
  }));
  await new Listr(tasks, {
    registerSignalListeners: false,
    rendererOptions: { timer: PRESET_TIMER, showErrorMessage: false },
    fallbackRenderer: 'simple',
    fallbackRendererOptions: { timer: PRESET_TIMER },
  }).run();
}

/** Passes lines on; outside a terminal, one that differs from the last by its numbers alone only now and then. */
function seldom(show: (line: string) => void): (line: string) => void {
  if (process.stdout.isTTY) return show;
  let last = '';
  let time = 0;
  return (line) => {
    const shape = line.replaceAll(/\d+/g, '#');
    if (shape === last && Date.now() - time < REPEAT_AFTER) return;
    [last, time] = [shape, Date.now()];
    show(line);
  };
}
