import { annotate, debug, guardOutput } from './commands.ts';
import { ActionError, messageOf } from './errors.ts';
import { checkVariables } from './runner-variables.ts';

/** The report of a failed step: one error annotation, and with debug logging on also the stack. Never a bare stack trace. */
export function reportFailure(action: string, error: unknown, debugging = process.env.RUNNER_DEBUG === '1'): void {
  if (error instanceof ActionError) {
    annotate({
      level: 'error',
      title: `${action}: ${error.what}`,
      message: `${error.why}${/[.!?:\n]$/.test(error.why) ? '' : '.'}\n${error.next}`,
    });
  } else if (isSystemError(error)) {
    annotate({
      level: 'error',
      title: `${action}: the runner's system refused`,
      message: `${error.message}.\n${NEXT[error.code] ?? 'Look what is wrong with the runner, and run the job again.'}`,
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

/** What Node throws when the operating system refuses a call: https://nodejs.org/api/errors.html#class-systemerror */
function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

const RIGHTS =
  'Let the step run as a user that may do this, with a folder for temporary files (RUNNER_TEMP) where it may write.';
const NEXT: Readonly<Record<string, string>> = {
  EACCES: RIGHTS,
  EPERM: RIGHTS,
  EROFS: RIGHTS,
  ENOENT:
    'Make what is missing in a step before this one. GITHUB_WORKSPACE and RUNNER_TEMP must name folders that are there.',
  ENOSPC: 'Free some space on that disk, and run the job again.',
};

function chain(error: unknown): string {
  const stacks: string[] = [];
  for (let at: unknown = error; at !== undefined; at = at instanceof Error ? at.cause : undefined) {
    stacks.push(at instanceof Error ? (at.stack ?? at.message) : String(at));
  }
  return stacks.join('\ncaused by: ');
}

/** Run an action's flow; a failure is reported and ends the step with exit code 1 after all output is written. */
export async function run(action: string, main: () => Promise<void>): Promise<void> {
  guardOutput();
  // Node would print it to standard error as it is, with what others made up in it.
  process.on('uncaughtException', (error) => {
    reportFailure(action, error);
    process.exit(1);
  });
  try {
    checkVariables(process.env);
    await main();
  } catch (error) {
    reportFailure(action, error);
    process.exitCode = 1;
  }
}
