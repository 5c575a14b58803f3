/** Why the work was ended: Ctrl-C or a request to terminate. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** What a shell reports for a process that this signal ended. */
  readonly exitCode: number;

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(`stopped by ${signal}`);
    this.exitCode = signal === 'SIGINT' ? 130 : 143;
  }
}

/**
 * Runs `work` with a signal that the first SIGINT or SIGTERM aborts, so that it can clean up. A second one calls `atOnce`,
 * which must not wait for anything, and ends this process.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>, atOnce: () => void): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    const reason = new Interrupted(name === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
    if (controller.signal.aborted) {
      atOnce();
      process.exit(reason.exitCode);
    }
    process.stderr.write('\nStopping what was started; once more to stop at once.\n');
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
