import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Answer, UnusableAnswerError } from '../../lib/answers.ts';
import { ActionError } from '../../lib/errors.ts';
import type { Environment } from '../../lib/inputs.ts';
import { type DockerConfig, dockerConfig, type Login, withLogins } from './login.ts';

/** Where docker runs in this step: its environment, its configuration, and a private folder for files of the step. */
export interface DockerHome {
  /** The environment of every docker process. */
  env: Record<string, string>;
  config: DockerConfig;
  /** Private to this user (mode 0700), gone when the step ends. */
  scratch: string;
}

/** Inputs that are secrets and that no process below needs to see. */
const SECRET_INPUTS = ['INPUT_PASSWORD', 'INPUT_PROMOTE-PASSWORD'];

/**
 * Do the work with a private folder and, when the step has its own logins, with a Docker configuration in it.
 * The folder is gone afterwards: after success, after failure, when the runner cancels the job (SIGINT, then SIGTERM),
 * and when the process ends by a defect.
 * @param cancel ends what runs with the login, before the process itself ends by a signal
 */
export async function withDockerHome<T>(
  env: Environment,
  logins: readonly Login[],
  cancel: () => Promise<void>,
  work: (home: DockerHome) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(join(env.RUNNER_TEMP || tmpdir(), 'build-push-image-'));
  const remove = () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  const stop = async (signal: NodeJS.Signals) => {
    await cancel();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop).on('exit', remove);
  try {
    return await work(await openHome(env, logins, scratch));
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('exit', remove);
    remove();
  }
}

async function openHome(env: Environment, logins: readonly Login[], scratch: string): Promise<DockerHome> {
  const jobFolder = env.DOCKER_CONFIG || join(homedir(), '.docker');
  const job = await readConfig(join(jobFolder, 'config.json'));
  const own = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !SECRET_INPUTS.includes(entry[0]),
    ),
  );
  if (logins.length === 0) return { env: own, config: job, scratch };

  const folder = join(scratch, 'docker');
  await mkdir(folder, { mode: 0o700 });
  const plugins = join(jobFolder, 'cli-plugins');
  const config = withLogins(
    job,
    logins,
    parseConfig(own.DOCKER_AUTH_CONFIG ?? '{}', 'DOCKER_AUTH_CONFIG'),
    (await isFolder(plugins)) ? plugins : undefined,
  );
  await writeFile(join(folder, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  // The client looks for the endpoints of its contexts beside its configuration.
  const contexts = join(jobFolder, 'contexts');
  if (await isFolder(contexts)) await symlink(contexts, join(folder, 'contexts'), 'junction');
  const { DOCKER_AUTH_CONFIG: _merged, ...rest } = own;
  return {
    // Builder instances, and which of them is current, stay the job's own.
    env: { ...rest, DOCKER_CONFIG: folder, BUILDX_CONFIG: own.BUILDX_CONFIG || join(jobFolder, 'buildx') },
    config,
    scratch,
  };
}

async function readConfig(path: string): Promise<DockerConfig> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '{}';
    throw unreadable(path, error.message);
  });
  return parseConfig(text, path);
}

function parseConfig(text: string, where: string): DockerConfig {
  try {
    return dockerConfig(Answer.json(text, where, 'it'));
  } catch (error) {
    if (error instanceof UnusableAnswerError) throw unreadable(where, error.why);
    throw error;
  }
}

function unreadable(where: string, why: string): ActionError {
  return new ActionError({
    what: "the job's Docker configuration is unreadable",
    why: `${where}: ${why}`,
    next: 'Correct or remove it; docker itself could not work with it either.',
  });
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
