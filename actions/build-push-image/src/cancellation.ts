import type { Exec } from '../../lib/exec.ts';

/** A runner waits 7.5 s after its first signal: https://docs.github.com/actions/reference/workflows-and-actions/workflow-cancellation */
const PATIENCE_MS = 5000;

/** A process starter whose running processes can be ended. */
export interface CancellableExec extends Exec {
  /** End all that runs and start nothing more; resolves when the processes are gone, or do not go in time. */
  cancel(): Promise<void>;
}

export function cancellable(exec: Exec): CancellableExec {
  const controller = new AbortController();
  const running = new Set<Promise<unknown>>();
  return {
    async run(tool, args, options) {
      const process = exec.run(tool, args, { ...options, signal: controller.signal });
      running.add(process);
      try {
        return await process;
      } finally {
        running.delete(process);
      }
    },
    async cancel() {
      controller.abort();
      const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
      await Promise.race([Promise.allSettled(running), patience]);
    },
  };
}
