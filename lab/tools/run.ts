import { type ExecaError, execa } from 'execa';
import { explainFailure } from './faults.ts';

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /**
   * Run in a process group of its own, out of reach of the terminal's Ctrl-C, and to its end whatever `signal` says:
   * a package manager stopped half-way leaves the machine's package database broken.
   */
  uninterrupted?: boolean;
  /** Text for its standard input. */
  input?: string;
  /** Return what it printed on standard output alone, for a program whose output is data. */
  stdoutOnly?: boolean;
}

/**
 * Runs one program without a shell and returns everything it printed (or its standard output alone).
 *
 * @param action what it is for, as a gerund: "building act"
 * @throws LabError when it fails; the abort reason of `signal` when that ends it
 */
export async function runTool(action: string, command: string, args: readonly string[], options: RunOptions = {}) {
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
  if (result.failed) throw explainFailure(action, result.all || (result as ExecaError).shortMessage || '');
  options.signal?.throwIfAborted();
  return (options.stdoutOnly ? result.stdout : result.all) ?? '';
}
