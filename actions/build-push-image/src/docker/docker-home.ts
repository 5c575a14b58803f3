import { mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { withTempDirectory } from '../../../lib/cancellation.ts';
import {
  ACTIONS_CACHE_VARIABLES,
  type ChildEnvironment,
  environmentWithoutRunner,
  TOKEN_VARIABLES,
} from '../../../lib/child-environment.ts';
import { ActionError } from '../../../lib/errors.ts';
import type { Environment } from '../../../lib/inputs.ts';
import { InvalidResponseError, ResponseData } from '../../../lib/responses.ts';
import type { Settings } from '../inputs/inputs.ts';
import { type DockerConfig, dockerConfig, type Login, withLogins } from './docker-config.ts';

/** Where docker runs in this step: its environment, its configuration, and a private directory for files of the step. */
export interface DockerHome {
  /** The environment of every docker process. */
  env: ChildEnvironment;
  config: DockerConfig;
  /** Private to this user (mode 0700), gone when the step ends. */
  scratch: string;
}

/** What is known of the step before docker is run. */
export interface DockerStep {
  /** The step's own environment. */
  env: Environment;
  logins: readonly Login[];
  /** Variables that docker gets though it gets none of their kind: {@link neededVariables}. */
  needed: readonly string[];
  /** Ends what runs with the login, before the process itself ends by a signal. */
  cancel: () => Promise<void>;
}

/** Of the variables that docker does not get otherwise, those that a build cannot be without: its secrets, and the cache of GitHub Actions. */
export function neededVariables({
  images,
  cache,
  extraArgs,
}: Pick<Settings, 'images' | 'cache' | 'extraArgs'>): string[] {
  const secrets = images.flatMap((image) => image.secrets.flatMap(({ from }) => ('env' in from ? [from.env] : [])));
  const extra = extraArgs.join('\n');
  return [
    ...secrets,
    // `--secret=id=GITHUB_TOKEN` and `--build-arg=NAME` take a variable by its name.
    ...(extra.match(/\w+/g) ?? []),
    ...(cache === 'gha' || /\btype=gha\b/.test(extra) ? ACTIONS_CACHE_VARIABLES : []),
  ].map((name) => name.toUpperCase());
}

/**
 * Do the work with a private directory and, when the step has its own logins, with a Docker configuration in it.
 * The directory is gone afterwards: after success, after failure, when the runner cancels the job (SIGINT, then SIGTERM),
 * and when the process ends by a defect.
 */
export async function withDockerHome<T>(step: DockerStep, work: (home: DockerHome) => Promise<T>): Promise<T> {
  const prefix = join(step.env.RUNNER_TEMP || tmpdir(), 'build-push-image-');
  return withTempDirectory(prefix, step.cancel, async (scratch) => work(await openHome(step, scratch)));
}

async function openHome({ env, logins, needed }: DockerStep, scratch: string): Promise<DockerHome> {
  const jobDirectory = env.DOCKER_CONFIG || join(homedir(), '.docker');
  const job = await readConfig(join(jobDirectory, 'config.json'));
  // A helper for ghcr.io may well take its login from one of GitHub's tokens.
  const usesHelper = job.credsStore !== undefined || Object.keys(job.credHelpers ?? {}).length > 0;
  const own = environmentWithoutRunner(env, [...needed, ...(usesHelper ? TOKEN_VARIABLES : [])]);
  if (logins.length === 0) return { env: own, config: job, scratch };

  const directory = join(scratch, 'docker');
  await mkdir(directory, { mode: 0o700 });
  const plugins = join(jobDirectory, 'cli-plugins');
  const config = withLogins(
    job,
    logins,
    parseConfig(own.DOCKER_AUTH_CONFIG ?? '{}', 'DOCKER_AUTH_CONFIG'),
    (await isDirectory(plugins)) ? plugins : undefined,
  );
  await writeFile(join(directory, 'config.json'), JSON.stringify(config), { mode: 0o600 });
  // The client looks for the endpoints of its contexts beside its configuration.
  const contexts = join(jobDirectory, 'contexts');
  if (await isDirectory(contexts)) await symlink(contexts, join(directory, 'contexts'), 'junction');
  const { DOCKER_AUTH_CONFIG: _merged, ...rest } = own;
  return {
    // Builder instances, and which of them is current, stay the job's own.
    env: { ...rest, DOCKER_CONFIG: directory, BUILDX_CONFIG: own.BUILDX_CONFIG || join(jobDirectory, 'buildx') },
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
    return dockerConfig(ResponseData.json(text, where, 'it'));
  } catch (error) {
    if (error instanceof InvalidResponseError) throw unreadable(where, error.why);
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

const isDirectory = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
