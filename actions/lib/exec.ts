import { ActionError, messageOf, ToolMissingError } from './errors.ts';

export interface ExecOptions {
  cwd?: string;
  /** The whole environment of the process; the step's own when left out. */
  env?: Record<string, string>;
  /** Written to standard input, which is then closed. */
  input?: string;
  /** Receives each line of standard error as it comes, for progress. */
  onErrorLine?: (line: string) => void;
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
 * Processes by `@actions/exec`, which knows how programs are found and arguments are quoted on each runner's system.
 * @param installHint what to do about a missing program, by its name
 */
export function openExec(installHint: Readonly<Record<string, string>>): Exec {
  return {
    async run(tool, args, options = {}) {
      const [{ getExecOutput }, { which }] = await Promise.all([import('@actions/exec'), import('@actions/io')]);
      const path = await which(tool, false);
      if (path === '')
        throw new ToolMissingError(tool, installHint[tool] ?? `Install ${tool} in a step before this one.`);
      try {
        return await getExecOutput(`"${path}"`, [...args], {
          silent: true,
          ignoreReturnCode: true,
          ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
          ...(options.env === undefined ? {} : { env: options.env }),
          ...(options.input === undefined ? {} : { input: Buffer.from(options.input) }),
          ...(options.onErrorLine === undefined ? {} : { listeners: { errline: options.onErrorLine } }),
        });
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

/** The lines of a tool's output that say why it failed: the last ones, without blank lines. */
export function lastLines(text: string, count = 10): string {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
