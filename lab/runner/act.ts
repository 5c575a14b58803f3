import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { type ActEvent, parseActLine } from './act-output.ts';
import { SERIAL_JOBS_ARGS } from './serial-jobs.ts';

export interface ActRun {
  /** The act program. */
  act: string;
  /** The checkout, used as working directory. */
  directory: string;
  /** A directory for the files of this run, outside the checkout. */
  scratch: string;
  /** The workflow file; relative paths are relative to the checkout. */
  workflow: string;
  /** Run only this job. */
  job?: string | undefined;
  event: string;
  payload: object;
  actor: string;
  /** `GITHUB_*` and other variables for the steps. */
  env: Record<string, string>;
  secrets: Record<string, string>;
  variables: Record<string, string>;
  /** Directories of actions by `OWNER/REPO@REF`. */
  actions: Record<string, string>;
  /** The environment of act, which the steps inherit. */
  hostEnv: Record<string, string>;
  signal: AbortSignal;
}

/** Formats a dotenv file from which act reads the values unchanged. */
const formatDotenv = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}\n`)
    .join('');

/**
 * Runs one workflow with act, with its steps directly on this machine. Secrets are passed in a file, so that they never appear
 * in a command line.
 * @returns whether act succeeded, which it does if every job did
 */
export async function runAct(run: ActRun, onEvent: (event: ActEvent) => void): Promise<boolean> {
  const file = async (name: string, content: string): Promise<string> => {
    const path = join(run.scratch, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  const args = [
    run.event,
    '--json',
    '--no-cache-server',
    ...SERIAL_JOBS_ARGS,
    ...['--workflows', run.workflow],
    ...['--eventpath', await file('event.json', JSON.stringify(run.payload))],
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--actor', run.actor],
    ...['--action-cache-path', join(run.scratch, 'cache')],
    ...['--env-file', await file('env', formatDotenv(run.env))],
    ...['--secret-file', await file('secrets', formatDotenv(run.secrets))],
    ...['--var-file', await file('variables', formatDotenv(run.variables))],
    ...['--input-file', await file('inputs', '')],
    ...Object.entries(run.actions).flatMap(([uses, directory]) => ['--local-repository', `${uses}=${directory}`]),
    ...(run.job === undefined ? [] : ['--job', run.job]),
  ];
  const child = execa(run.act, args, {
    cwd: run.directory,
    env: run.hostEnv,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: run.signal,
    forceKillAfterDelay: 5000,
  });
  for await (const line of createInterface({ input: child.all })) {
    const event = parseActLine(line);
    if (event !== undefined) onEvent(event);
  }
  return (await child).exitCode === 0;
}
