import { ActionError, ToolMissingError } from '../../../lib/errors.ts';
import { minimalEnvironment } from '../../../lib/processes/environment.ts';
import type { Exec } from '../../../lib/processes/exec.ts';
import type { Context } from '../../../lib/runner/context.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';

/** How Git is run. */
export interface GitTools {
  exec: Exec;
  /** The environment of the step; Git gets the variables that it needs to find its configuration. */
  env: Environment;
}

/** https://git-scm.com/docs/git-config#FILES */
const GIT_VARIABLES = [
  ...['HOME', 'HOMEDRIVE', 'HOMEPATH', 'USERPROFILE', 'PROGRAMDATA', 'XDG_CONFIG_HOME'],
  ...['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'GIT_EXEC_PATH'],
];

/** If Git exceeds them, the time is read from the event. */
const GIT_LIMITS = { seconds: 60, output: 1 };

export interface CommitTime {
  /** Seconds since 1970. */
  epoch: number;
  /** The commit that is checked out, if it is not the run's. */
  checkedOutSha?: string;
}

/**
 * The time of the run's commit: the timestamps of a reproducible image.
 * From the checkout (a shallow one is enough), otherwise from the event that started the run.
 * @throws {ActionError} when neither has the commit
 */
export async function readCommitTime(
  context: Context,
  event: Record<string, unknown>,
  tools: GitTools,
): Promise<CommitTime> {
  const time = await timeFromCheckout(context, tools).catch((error: unknown) => {
    if (error instanceof ToolMissingError) return undefined;
    throw error;
  });
  return time ?? timeFromEvent(context, event) ?? failUnknown(context);
}

async function timeFromCheckout({ workspace, sha }: Context, { exec, env }: GitTools): Promise<CommitTime | undefined> {
  const gitEnv = minimalEnvironment(env, GIT_VARIABLES);
  const git = (...args: string[]) =>
    // In a container job the checkout belongs to another user, and Git refuses to read it without this.
    exec.run('git', ['-c', `safe.directory=${workspace}`, ...args], {
      cwd: workspace,
      env: gitEnv,
      limits: GIT_LIMITS,
    });
  const { exitCode, stdout } = await git('log', '-1', '--no-show-signature', '--format=%ct', sha, '--');
  const epoch = Number.parseInt(stdout, 10);
  if (exitCode !== 0 || Number.isNaN(epoch)) return undefined;
  const head = (await git('rev-parse', 'HEAD')).stdout.trim();
  return head === sha ? { epoch } : { epoch, checkedOutSha: head };
}

/** A push event describes its head commit. */
function timeFromEvent({ sha }: Context, event: Record<string, unknown>): CommitTime | undefined {
  const commit = event.head_commit as { id?: string; timestamp?: string } | undefined | null;
  const time = Date.parse(commit?.timestamp ?? '');
  return commit?.id !== sha || Number.isNaN(time) ? undefined : { epoch: Math.floor(time / 1000) };
}

function failUnknown({ sha, workspace }: Context): never {
  throw new ActionError({
    what: 'the time of the commit is unknown',
    why: `${workspace} has no Git checkout with the commit ${sha}, and the event does not describe it`,
    next: 'Run actions/checkout before this step, or set `reproducible: false` to use the time of the build.',
  });
}
