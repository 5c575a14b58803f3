import { type ExecaError, execa } from 'execa';
import { explainFailure } from './failures.ts';

export interface RunOptions {
  /** What the program is run for, as a gerund: "building act". Begins the error message. */
  action: string;
  cwd?: string;
  env?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /**
   * Run in a separate process group, where the terminal's Ctrl-C does not reach it, and to its end even if `signal` is
   * aborted: a package manager that is stopped midway leaves a broken package database.
   */
  uninterrupted?: boolean;
  /** Its standard input. */
  input?: string;
  /** Return only its standard output, for a program whose output is data. */
  stdoutOnly?: boolean;
}

/**
 * Runs one program without a shell and returns its output and errors, or only its standard output.
 *
 * @throws LabError if it fails; the abort reason of `signal` if that ended it
 */
export async function runTool(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  options.signal?.throwIfAborted();
  const result = await execa(command, args, {
    all: true,
    reject: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.env ? { env: options.env } : {}),
    ...(options.uninterrupted ? { detached: true } : options.signal ? { cancelSignal: options.signal } : {}),
  });
  if (result.isCanceled) options.signal?.throwIfAborted();
  if (result.failed) throw explainFailure(options.action, result.all || (result as ExecaError).shortMessage || '');
  options.signal?.throwIfAborted();
  return (options.stdoutOnly ? result.stdout : result.all) ?? '';
}
