import { dirname } from 'node:path';
import { minimalEnvironment } from '../../../lib/processes/environment.ts';
import type { Exec, ExecResult } from '../../../lib/processes/exec.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';

/** How Git is run. */
export interface GitTools {
  exec: Exec;
  /** The environment of the step; Git gets the variables that it needs to find its configuration. */
  env: Environment;
}

/** Of https://git-scm.com/docs/git-config#FILES, and what Git needs to reach a remote. */
const GIT_VARIABLES = [
  ...['HOME', 'HOMEDRIVE', 'HOMEPATH', 'USERPROFILE', 'PROGRAMDATA', 'XDG_CONFIG_HOME'],
  ...['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'GIT_EXEC_PATH'],
  ...['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GIT_SSL_CAINFO'],
  ...['SSH_AUTH_SOCK', 'GIT_SSH', 'GIT_SSH_COMMAND'],
];

/** Git in a checkout; a failure is in the result, so that the caller can do without an answer. */
export type Git = (args: readonly string[], seconds?: number) => Promise<ExecResult>;

/** @throws {ToolMissingError} by each call, when Git is not installed */
export function createGit(workspace: string, { exec, env }: GitTools): Git {
  const gitEnv = minimalEnvironment(env, GIT_VARIABLES, {
    GIT_TERMINAL_PROMPT: '0',
    // A workspace without a checkout can be in a directory of another repository, whose commits are not the run's.
    GIT_CEILING_DIRECTORIES: dirname(workspace),
  });
  return (args, seconds = 60) =>
    // In a container job the checkout belongs to another user, and Git refuses to read it without this.
    exec.run('git', ['-c', `safe.directory=${workspace}`, ...args], {
      cwd: workspace,
      env: gitEnv,
      limits: { seconds, output: 1 },
    });
}
