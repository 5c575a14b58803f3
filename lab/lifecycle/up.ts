import { Listr, PRESET_TIMER } from 'listr2';
import type { Lab } from '../lab.ts';
import { lockLab } from '../services/lock.ts';
import { LabState } from '../services/state.ts';
import { Supervisor } from '../services/supervisor.ts';
import { interruptible } from './interrupt.ts';
import { requireLinuxRoot } from './platform.ts';
import { createSteps, type LabStep } from './steps.ts';

/** Without a terminal every progress line stays visible, so lines that differ only in numbers are printed at this interval. */
const REPEAT_AFTER_MS = 10_000;

/**
 * Brings the lab in `dir` up; services that already run and are healthy are kept. If it fails or is interrupted, everything
 * that this call started is stopped. A second Ctrl-C kills it and ends the process.
 */
export async function up(dir: string, steps: readonly LabStep[] = createSteps()): Promise<void> {
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
          await supervisor.reconcile();
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
        throttleLines((line) => {
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

/** Passes lines on. Without a terminal, drops lines that differ from the last one only in numbers, except at intervals. */
function throttleLines(show: (line: string) => void): (line: string) => void {
  if (process.stdout.isTTY) return show;
  let last = '';
  let time = 0;
  return (line) => {
    const shape = line.replaceAll(/\d+/g, '#');
    if (shape === last && Date.now() - time < REPEAT_AFTER_MS) return;
    [last, time] = [shape, Date.now()];
    show(line);
  };
}
