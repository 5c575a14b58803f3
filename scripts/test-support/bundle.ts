/** Runs the committed bundle of an action as a runner does, for the tests of the actions and of the lab. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** The environment variables in which a runner passes inputs: https://github.com/actions/toolkit/blob/main/packages/core/src/core.ts (getInput) */
export function toInputEnv(inputs: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(inputs);
  return Object.fromEntries(
    entries.map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  );
}

/** Path of an action's bundle. */
export const getBundlePath = (action: string): string =>
  join(import.meta.dirname, '..', '..', 'actions', action, 'dist', 'index.js');

export interface BundleOptions {
  /** Name of the action's directory. */
  action: string;
  inputs: Readonly<Record<string, string>>;
  /** All other variables; nothing of this process is inherited. */
  env: Readonly<Record<string, string>>;
  cwd?: string;
  /** Called with the process as soon as it runs. */
  onStart?: (child: ChildProcess) => void;
  /** Called with the process and each chunk of its output. */
  onOutput?: (child: ChildProcess, text: string) => void;
  /** Kills the process after this time; its exit code is then `null`. */
  timeoutMs?: number;
}

export interface BundleResult {
  exitCode: number | null;
  /** Standard output and standard error. */
  log: string;
}

export async function runBundle(options: BundleOptions): Promise<BundleResult> {
  const { action, inputs, env, cwd, onStart, onOutput, timeoutMs } = options;
  const child = spawn(process.execPath, [getBundlePath(action)], {
    env: { ...env, ...toInputEnv(inputs) },
    ...(cwd === undefined ? {} : { cwd }),
    ...(timeoutMs === undefined ? {} : { timeout: timeoutMs, killSignal: 'SIGKILL' }),
  });
  onStart?.(child);
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      onOutput?.(child, text);
    });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { exitCode, log };
}
