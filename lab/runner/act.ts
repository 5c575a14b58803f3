import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { type ActEvent, readActLine } from './act-output.ts';
import { ONE_JOB_AT_A_TIME } from './one-at-a-time.ts';

export interface ActRun {
  /** The act program. */
  act: string;
  /** The checkout to run in. */
  directory: string;
  /** A directory of this run alone, for its files; outside the checkout. */
  scratch: string;
  /** The workflow file; a relative path is one of the checkout. */
  workflow: string;
  /** Run these jobs only. */
  job?: string | undefined;
  event: string;
  payload: object;
  actor: string;
  /** `GITHUB_*` and whatever else the steps should see. */
  env: Record<string, string>;
  secrets: Record<string, string>;
  variables: Record<string, string>;
  /** `OWNER/REPO@REF` to the directory that holds it. */
  actions: Record<string, string>;
  /** The environment of act itself, which its steps inherit. */
  hostEnv: Record<string, string>;
  signal: AbortSignal;
}

/** Every value as a line that act's reader of dotenv files gives back unchanged. */
const dotenv = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value).replaceAll('$', '\\$')}\n`)
    .join('');

/**
 * Run one workflow with act, steps directly on this machine. Secrets go by file, so that they never stand in a command line.
 * @returns whether act itself ended well, which it does when every job did
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
    ...ONE_JOB_AT_A_TIME,
    ...['--workflows', run.workflow],
    ...['--eventpath', await file('event.json', JSON.stringify(run.payload))],
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...['--actor', run.actor],
    ...['--action-cache-path', join(run.scratch, 'cache')],
    ...['--env-file', await file('env', dotenv(run.env))],
    ...['--secret-file', await file('secrets', dotenv(run.secrets))],
    ...['--var-file', await file('variables', dotenv(run.variables))],
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
    const event = readActLine(line);
    if (event !== undefined) onEvent(event);
  }
  return (await child).exitCode === 0;
}
