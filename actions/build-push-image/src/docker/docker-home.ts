import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '../../../lib/errors.ts';
import { withTempDirectory } from '../../../lib/processes/cancellation.ts';
import {
  ACTIONS_CACHE_VARIABLES,
  type ChildEnvironment,
  environmentWithoutRunner,
  TOKEN_VARIABLES,
} from '../../../lib/processes/environment.ts';
import { InvalidResponseError, ResponseData } from '../../../lib/requests/responses.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';
import { saveState } from '../../../lib/runner/outputs.ts';
import type { Settings } from '../inputs/inputs.ts';
import { type DockerConfig, type Login, parseDockerConfig, withLogins } from './docker-config.ts';
import { DIRECTORY_STATE, directoryPrefix } from './leftover.ts';

/** The environment and configuration of docker in this step, and a private directory for files of the step. */
export interface DockerHome {
  /** The environment of every docker process. */
  env: ChildEnvironment;
  config: DockerConfig;
  /** Private to this user (mode 0700), deleted when the step ends. */
  scratch: string;
}

export interface DockerHomeOptions {
  /** The environment of the step. */
  env: Environment;
  logins: readonly Login[];
  /** Names of variables that docker gets although others of their kind are withheld: {@link requiredVariables}. */
  passVariables: readonly string[];
  /** Ends the processes that run with the login, before a signal ends this process. */
  cancel: () => Promise<void>;
}

/** The withheld variables that a build needs: its secrets, and those for the cache of GitHub Actions. */
export function requiredVariables({
  images,
  cache,
  extraArgs,
}: Pick<Settings, 'images' | 'cache' | 'extraArgs'>): string[] {
  const secrets = images.flatMap((image) => image.secrets.flatMap(({ from }) => ('env' in from ? [from.env] : [])));
  const extra = extraArgs.join('\n');
  const caches = images.flatMap(({ options }) => [...options.cacheFrom, ...options.cacheTo]);
  return [
    ...secrets,
    // `--secret=id=GITHUB_TOKEN` and `--build-arg=NAME` read a variable by its name.
    ...(extra.match(/\w+/g) ?? []),
    ...(cache === 'gha' || /\btype=gha\b/.test([extra, ...caches].join('\n')) ? ACTIONS_CACHE_VARIABLES : []),
  ].map((name) => name.toUpperCase());
}

/**
 * Run `work` with a private directory and, if the step has its own logins, with a Docker configuration in it.
 * The directory is deleted afterwards: after success, after failure, when the runner cancels the job (SIGINT, then SIGTERM),
 * and when the process crashes. If it is killed, the post step deletes it.
 */
export async function withDockerHome<T>(
  options: DockerHomeOptions,
  work: (home: DockerHome) => Promise<T>,
): Promise<T> {
  return withTempDirectory(directoryPrefix(options.env), options.cancel, async (scratch) => {
    // Before the login is in it.
    await saveState(DIRECTORY_STATE, scratch, options.env);
    return work(await createHome(options, scratch));
  });
}

async function createHome({ env, logins, passVariables }: DockerHomeOptions, scratch: string): Promise<DockerHome> {
  const jobDirectory = env.DOCKER_CONFIG || join(homedir(), '.docker');
  const job = await readConfig(join(jobDirectory, 'config.json'));
  // A helper for ghcr.io may read its login from one of GitHub's tokens.
  const usesHelper = job.credsStore !== undefined || Object.keys(job.credHelpers ?? {}).length > 0;
  const dockerEnv = environmentWithoutRunner(env, [...passVariables, ...(usesHelper ? TOKEN_VARIABLES : [])]);
  if (logins.length === 0) return { env: dockerEnv, config: job, scratch };

  const directory = join(scratch, 'docker');
  await mkdir(directory, { mode: 0o700 });
  const plugins = join(jobDirectory, 'cli-plugins');
  const config = withLogins(job, logins, {
    environmentConfig: parseConfig(dockerEnv.DOCKER_AUTH_CONFIG ?? '{}', 'DOCKER_AUTH_CONFIG'),
    pluginDirectory: (await isDirectory(plugins)) ? plugins : undefined,
  });
  await writeFile(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  // The client reads the endpoints of its contexts from the directory of its configuration.
  const contexts = join(jobDirectory, 'contexts');
  if (await isDirectory(contexts)) await symlink(contexts, join(directory, 'contexts'), 'junction');
  const { DOCKER_AUTH_CONFIG: _merged, ...rest } = dockerEnv;
  return {
    // Builder instances, and which of them is current, stay those of the job.
    env: { ...rest, DOCKER_CONFIG: directory, BUILDX_CONFIG: dockerEnv.BUILDX_CONFIG || join(jobDirectory, 'buildx') },
    config,
    scratch,
  };
}

async function readConfig(path: string): Promise<DockerConfig> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '{}';
    throw unreadableConfigError(path, error.message);
  });
  return parseConfig(text, path);
}

function parseConfig(text: string, source: string): DockerConfig {
  try {
    return parseDockerConfig(ResponseData.json(text, source, 'it'));
  } catch (error) {
    if (error instanceof InvalidResponseError) throw unreadableConfigError(source, error.why);
    throw error;
  }
}

function unreadableConfigError(source: string, why: string): ActionError {
  return new ActionError({
    what: "the job's Docker configuration is unreadable",
    why: `${source}: ${why}`,
    next: 'Correct or remove it; docker cannot read it either.',
  });
}

const isDirectory = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
