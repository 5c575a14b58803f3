import type { ChildProcess } from 'node:child_process';
import { ActionError, messageOf, ToolMissingError } from '../errors.ts';
import type { ChildEnvironment } from './environment.ts';
import { type ProcessLimits, ProcessMonitor } from './limits.ts';

export interface ExecOptions {
  cwd?: string;
  /** The complete environment of the process. The step's own contains passwords and tokens (see `environment.ts`). */
  env: ChildEnvironment;
  /** Written to standard input, which is then closed. */
  input?: string;
  /** Called with each line of standard error as it arrives, for progress. */
  onErrorLine?: (line: string) => void;
  /** Called when the process has been started. */
  onStart?: () => void;
  /** Terminates the process; its result has a non-zero exit code. */
  signal?: AbortSignal;
  /** A process that exceeds a limit is killed, and its result says which. */
  limits?: ProcessLimits;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** The limit that the process exceeded, in words: `more than 120 seconds`. Its output is then incomplete. */
  exceeded?: string;
}

/** The only way to start a process. No shell is involved: arguments reach the program unchanged. */
export interface Exec {
  /**
   * Run a program until it exits. A non-zero exit code is a result, not an error.
   * @throws {ToolMissingError} when the program is not on the PATH
   */
  run(tool: string, args: readonly string[], options: ExecOptions): Promise<ExecResult>;
}

/**
 * Runs programs with `@actions/exec`, which knows how to quote arguments on each operating system.
 * @param installHint what to do about a missing program, by its name
 */
export function createExec(installHint: Readonly<Record<string, string>>): Exec {
  return {
    async run(tool, args, options) {
      const { which } = await import('@actions/io');
      const path = await which(tool, false);
      if (path === '')
        throw new ToolMissingError(tool, installHint[tool] ?? `Install ${tool} in a step before this one.`);
      try {
        return await start(path, args, options);
      } catch (error) {
        throw new ActionError({
          what: `${tool} could not be run`,
          why: messageOf(error),
          next: `Check that ${path} can be executed on this runner and that ${options.cwd ?? 'the workspace'} exists.`,
          cause: error,
        });
      }
    },
  };
}

/** The exit code of a process that SIGTERM terminated, as shells report it. */
const TERMINATED_EXIT_CODE = 143;

/** A process that does not exit after SIGTERM is killed, before the runner kills the step. */
const KILL_AFTER_MS = 4000;

async function start(path: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const { cwd, env, input, onErrorLine, onStart, signal, limits = {} } = options;
  if (signal?.aborted) return { exitCode: TERMINATED_EXIT_CODE, stdout: '', stderr: '' };
  const { getExecOutput } = await import('@actions/exec');
  const lines = onErrorLine === undefined ? undefined : new LineSplitter(onErrorLine);
  const monitor = new ProcessMonitor(limits, () => {
    const { child } = execution;
    child?.kill('SIGKILL');
    // Its own child processes may still be writing.
    child?.stdout?.destroy();
    child?.stderr?.destroy();
  });
  const execution = await captureChild(
    () =>
      getExecOutput(`"${path}"`, [...args], {
        silent: true,
        ignoreReturnCode: true,
        ...(cwd === undefined ? {} : { cwd }),
        env,
        ...(input === undefined ? {} : { input: Buffer.from(input) }),
        listeners: {
          stdout: (data) => monitor.countOutput(data.length),
          stderr: (data) => {
            monitor.countOutput(data.length);
            lines?.push(data);
          },
        },
      }),
    onStart,
  );
  monitor.start(() => execution.child);
  let killTimer: NodeJS.Timeout | undefined;
  const terminate = () => {
    execution.child?.kill('SIGTERM');
    killTimer = setTimeout(() => execution.child?.kill('SIGKILL'), KILL_AFTER_MS);
  };
  signal?.addEventListener('abort', terminate, { once: true });
  try {
    const { exitCode, stdout, stderr } = await execution.output;
    lines?.end();
    const result = { exitCode: exitCode ?? TERMINATED_EXIT_CODE, stdout, stderr };
    return monitor.exceeded === undefined
      ? result
      : { ...result, exitCode: TERMINATED_EXIT_CODE, exceeded: monitor.exceeded };
  } finally {
    monitor.stop();
    clearTimeout(killTimer);
    signal?.removeEventListener('abort', terminate);
  }
}

/** Splits a stream into lines. The line listeners of `@actions/exec` miss a last line without a line ending, and characters split between two chunks. */
class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(data: Buffer): void {
    const lines = (this.#rest + this.#decoder.decode(data, { stream: true })).split(/\r?\n/);
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine(line);
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest);
  }
}

interface Execution<T> {
  output: Promise<T>;
  child?: ChildProcess;
}

/**
 * Run a function that starts a process, and capture that process, which `@actions/exec` does not return: a cancelled step must
 * not leave a process behind that keeps pushing. Node publishes each process that it creates
 * (https://nodejs.org/api/diagnostics_channel.html#process), in the async context of its creator.
 */
async function captureChild<T>(run: () => Promise<T>, onStart?: () => void): Promise<Execution<T>> {
  const [{ AsyncLocalStorage }, { subscribe, unsubscribe }] = await Promise.all([
    import('node:async_hooks'),
    import('node:diagnostics_channel'),
  ]);
  const execution: Partial<Execution<T>> = {};
  const storage = new AsyncLocalStorage<typeof execution>();
  const onProcess = (message: unknown) => {
    if (storage.getStore() !== execution) return;
    const { process: child } = message as { process: ChildProcess };
    execution.child = child;
    // Its pipes are created after the message. A program that exits without reading all its input breaks one; its exit code
    // reports the outcome.
    queueMicrotask(() => {
      child.stdin?.on('error', () => undefined);
      onStart?.();
    });
  };
  subscribe('child_process', onProcess);
  execution.output = storage.run(execution, run).finally(() => unsubscribe('child_process', onProcess));
  return execution as Execution<T>;
}

/** The last lines of a tool's output, without blank lines. They usually say why it failed. */
export function lastLines(text: string, count = 10): string {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
