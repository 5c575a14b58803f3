import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import type { Exec } from './exec.ts';

/** A runner waits 7.5 s after its first signal: https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation */
const CANCEL_TIMEOUT_MS = 5000;

/** An {@link Exec} whose running processes can be terminated. */
export interface CancellableExec extends Exec {
  /** Terminate all running processes and start no more; resolves when they have exited, or after a timeout. */
  cancel(): Promise<void>;
}

export function createCancellableExec(exec: Exec): CancellableExec {
  const controller = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    async run(tool, args, options) {
      const signals = [controller.signal, ...(options.signal === undefined ? [] : [options.signal])];
      const execution = exec.run(tool, args, { ...options, signal: AbortSignal.any(signals) });
      running.add(execution);
      try {
        return await execution;
      } finally {
        running.delete(execution);
      }
    },
    async cancel() {
      controller.abort();
      const timeout = new Promise((resolve) => setTimeout(resolve, CANCEL_TIMEOUT_MS).unref());
      await Promise.race([Promise.allSettled(running), timeout]);
    },
  };
}

/**
 * Run `work` with a temporary directory that only this user can access (mode 0700). The directory is always removed: after success, after failure,
 * when the runner cancels the job (SIGINT, then SIGTERM), and when the process crashes.
 * @param prefix the beginning of the directory's path, to which random characters are added
 * @param cancel terminates the processes that use the directory, before a signal ends this one
 */
export async function withTempDirectory<T>(
  prefix: string,
  cancel: () => Promise<void>,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(prefix);
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  const stop = async (signal: NodeJS.Signals) => {
    await cancel();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('exit', remove);
  try {
    return await work(directory);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('exit', remove);
    remove();
  }
}
