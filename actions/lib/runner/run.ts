import { ActionError, InputError, messageOf, ReportedError } from '../errors.ts';
import { annotate, debug, guardOutput, info } from './commands.ts';
import { checkVariables } from './variables.ts';

/** Report a failed step: one error annotation and, with debug logging, the stack. Never a bare stack trace. */
export function reportFailure(action: string, error: unknown, debugging = process.env.RUNNER_DEBUG === '1'): void {
  if (error instanceof ReportedError) {
    info(`${action}: ${error.message}`);
  } else if (error instanceof ActionError) {
    annotate({
      level: 'error',
      title: `${action}: ${error.what}`,
      message: `${formatReason(error)}\n${error.next}`,
      ...error.location,
    });
  } else if (isSystemError(error)) {
    annotate({
      level: 'error',
      title: `${action}: operating system error`,
      message: `${error.message}.\n${NEXT_STEPS[error.code] ?? 'Check the runner, then run the job again.'}`,
    });
  } else {
    annotate({
      level: 'error',
      title: `${action}: unexpected failure`,
      message: `${messageOf(error)}\nThis is a bug in the action. Run the job again with debug logging and report the output.`,
    });
  }
  if (debugging) debug(formatStacks(error));
}

/** The explanation ends with a full stop, unless it ends with an example that users copy. */
function formatReason(error: ActionError): string {
  return error instanceof InputError || /[.!?:\n]$/.test(error.why) ? error.why : `${error.why}.`;
}

/** What Node throws when a system call fails: https://nodejs.org/api/errors.html#class-systemerror */
function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';
}

const PERMISSION_STEP =
  'Run the step as a user with that permission, and make sure that it can write to the temporary directory (RUNNER_TEMP).';
const NEXT_STEPS: Readonly<Record<string, string>> = {
  EACCES: PERMISSION_STEP,
  EPERM: PERMISSION_STEP,
  EROFS: PERMISSION_STEP,
  ENOENT:
    'Create the missing file or directory in an earlier step. GITHUB_WORKSPACE and RUNNER_TEMP must name existing directories.',
  ENOSPC: 'Free some disk space, then run the job again.',
};

function formatStacks(error: unknown): string {
  const stacks: string[] = [];
  for (
    let current: unknown = error;
    current !== undefined;
    current = current instanceof Error ? current.cause : undefined
  ) {
    stacks.push(current instanceof Error ? (current.stack ?? current.message) : String(current));
  }
  return stacks.join('\ncaused by: ');
}

/** Run an action. A failure is reported, and the step exits with code 1 after all output is written. */
export async function run(action: string, main: () => Promise<void>): Promise<void> {
  guardOutput();
  // Node would print it to standard error unescaped, with any workflow command that it contains.
  process.on('uncaughtException', (error) => {
    reportFailure(action, error);
    process.exit(1);
  });
  process.once('beforeExit', reportUnfinished);
  try {
    checkVariables(process.env);
    await main();
  } catch (error) {
    reportFailure(action, error);
    process.exitCode = 1;
  } finally {
    process.off('beforeExit', reportUnfinished);
  }

  /** The event loop is empty, so nothing can continue `main`. Node would end with code 13 and a line of our source code. */
  function reportUnfinished(): void {
    const unfinished = new ActionError({
      what: 'the step ended before it was complete',
      why: 'it waited for a connection or a program that ended without a result',
      next: 'Run the job again. If it fails again, run it with debug logging and report the output.',
    });
    reportFailure(action, unfinished);
    process.exit(1);
  }
}
