/** What the command line prints when a command was interrupted and has cleaned up. */
export const STOPPED = 'Stopped; nothing that this command started is left running.';

/** Why the work was aborted: Ctrl-C or a request to terminate. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** The exit code that shells report for this signal. */
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/**
 * Runs `work` with an AbortSignal that the first SIGINT or SIGTERM aborts, so that it can clean up. A second one calls
 * `killNow`, which must not wait for anything, and ends this process.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, killNow: () => void): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    const reason = new Interrupted(name === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    if (controller.signal.aborted) {
      killNow();
      process.exit(reason.exitCode);
    }
    process.stderr.write('\nStopping what was started; repeat to kill it immediately.\n');
    controller.abort(reason);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
