import { ActionError, messageOf, ToolMissingError } from './errors.ts';

export interface ExecOptions {
  cwd?: string;
  /** The whole environment of the process; the step's own when left out. */
  env?: Record<string, string>;
  /** Written to standard input, which is then closed. */
  input?: string;
  /** Receives each line of standard error as it comes, for progress. */
  onErrorLine?: (line: string) => void;
  /** Ends the process; its result has an exit code that is not zero. */
  signal?: AbortSignal;
}

export interface ExecResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** The one place where processes start. No shell is ever involved: arguments reach the program as they are. */
export interface Exec {
  /**
   * Run a program to its end. A non-zero exit code is a result, not an error.
   * @throws {ToolMissingError} when the program is not on the PATH
   */
  run(tool: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
}

/**
 * Processes of this machine. Node starts them itself, not `@actions/exec`: that gives no hold on a running process, and a
 * cancelled step must not leave one behind that goes on pushing.
 * @param installHint what to do about a missing program, by its name
 */
export function openExec(installHint: Readonly<Record<string, string>>): Exec {
  return {
    async run(tool, args, options = {}) {
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

async function start(path: string, args: readonly string[], options: ExecOptions): Promise<ExecResult> {
  const { spawn } = await import('node:child_process');
  const { cwd, env, input, onErrorLine, signal } = options;
  if (signal?.aborted) return { exitCode: STOPPED, stdout: '', stderr: '' };
  const child = spawn(path, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
  });
  const stop = () => child.kill('SIGTERM');
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<ExecResult>((resolve, reject) => {
      let stdout = '';
      let stderr = '';
      const lines = lineSplitter(onErrorLine);
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        stdout += text;
      });
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        stderr += text;
        lines.push(text);
      });
      child.on('error', reject);
      child.on('close', (code) => {
        lines.end();
        resolve({ exitCode: code ?? STOPPED, stdout, stderr });
      });
      // A program that ends without reading all its input breaks the pipe; its exit code says what became of it.
      child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') reject(error);
      });
      child.stdin?.end(input);
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/** The exit code of a process that a signal ended, as shells give it for SIGTERM. */
const STOPPED = 143;

/** Cuts a stream of text into its lines. */
function lineSplitter(onLine: ((line: string) => void) | undefined): { push(text: string): void; end(): void } {
  let rest = '';
  return {
    push(text) {
      const lines = (rest + text).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    },
    end() {
      if (rest !== '') onLine?.(rest);
    },
  };
}

/** The lines of a tool's output that say why it failed: the last ones, without blank lines. */
export function lastLines(text: string, count = 10): string {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
