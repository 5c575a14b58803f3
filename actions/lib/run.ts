import { annotate, debug } from './commands.ts';
import { ActionError, messageOf } from './errors.ts';

/** The report of a failed step: one error annotation, and with debug logging on also the stack. Never a bare stack trace. */
export function reportFailure(action: string, error: unknown, debugging = process.env.RUNNER_DEBUG === '1'): void {
  if (error instanceof ActionError) {
    annotate({
      level: 'error',
      title: `${action}: ${error.what}`,
      message: `${error.why}${/[.!?:\n]$/.test(error.why) ? '' : '.'}\n${error.next}`,
    });
  } else {
    annotate({
      level: 'error',
      title: `${action}: unexpected failure`,
      message: `${messageOf(error)}\nThis is a defect of the action. Run the job again with debug logging and report what it prints.`,
    });
  }
  if (debugging) debug(chain(error));
}

function chain(error: unknown): string {
  const stacks: string[] = [];
  for (let at: unknown = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    stacks.push(at instanceof Error ? (at.stack ?? at.message) : String(at));
  }
  return stacks.join('\ncaused by: ');
}

/** Run an action's flow; a failure is reported and ends the step with exit code 1 after all output is written. */
export async function run(action: string, main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    reportFailure(action, error);
    process.exitCode = 1;
  }
}
