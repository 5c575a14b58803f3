import { rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { ActionError, messageOf } from '../../../lib/errors.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';

/** The state under which the step saves the path of its private directory. */
export const DIRECTORY_STATE = 'directory';

const NAME_PREFIX = 'build-push-image-';

/** The beginning of the path of a step's private directory, to which six random characters are added. */
export const directoryPrefix = (env: Environment): string => join(env.RUNNER_TEMP || tmpdir(), NAME_PREFIX);

/**
 * Remove the private directory of this step, if it is still there: a process that was killed removes nothing, and the directory contains the login.
 * @returns the directory that was removed
 * @throws {ActionError} when it is not such a directory, or cannot be removed
 */
export async function removeLeftover(env: Environment): Promise<string | undefined> {
  const path = env[`STATE_${DIRECTORY_STATE}`];
  if (!path) return undefined;
  const isOwn =
    dirname(path) === dirname(resolve(directoryPrefix(env))) && /^build-push-image-\w{6}$/.test(basename(path));
  if (!isOwn) throw leftoverError(path, 'it is not a directory of this action in RUNNER_TEMP');
  try {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (found === undefined) return undefined;
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
    return path;
  } catch (error) {
    throw leftoverError(path, messageOf(error), error);
  }
}

function leftoverError(path: string, why: string, cause?: unknown): ActionError {
  return new ActionError({
    what: `${path} was not removed`,
    why,
    next: 'Remove it on a runner that is kept: it may contain the login of the step.',
    cause,
  });
}
