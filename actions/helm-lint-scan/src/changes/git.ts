import { dirname } from 'node:path';
import { minimalEnvironment } from '../../../lib/processes/environment.ts';
import type { Exec, ExecResult } from '../../../lib/processes/exec.ts';
import type { Environment } from '../../../lib/runner/inputs.ts';

/** What to do when Git is missing. */
export const GIT_HINT = 'Install Git in a step before this one, or remove the input changed-since.';

/** Where Git finds its configuration. Source: https://git-scm.com/docs/git-config#FILES */
const GIT_VARIABLES = [
  ...['HOME', 'HOMEDRIVE', 'HOMEPATH', 'USERPROFILE', 'PROGRAMDATA', 'XDG_CONFIG_HOME'],
  ...['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM', 'GIT_EXEC_PATH'],
];

/** In MiB: a list of 100,000 changed files has about 10. */
const MAX_OUTPUT = 64;

/** Git in the checkout. A failure is in the result. */
export type Git = (args: readonly string[], variables?: Record<string, string>) => Promise<ExecResult>;

/** @throws {ToolMissingError} by each call, when Git is not installed */
export function createGit(workspace: string, exec: Exec, env: Environment): Git {
  const gitEnv = minimalEnvironment(env, GIT_VARIABLES, {
    GIT_TERMINAL_PROMPT: '0',
    // Nothing in the checkout is written, not even what Git remembers of its files.
    GIT_OPTIONAL_LOCKS: '0',
    // A workspace without a checkout can be in a directory of another repository.
    GIT_CEILING_DIRECTORIES: dirname(workspace),
  });
  return (args, variables = {}) =>
    // In a container job the checkout belongs to another user, and Git refuses to read it without this.
    exec.run('git', ['-c', `safe.directory=${workspace}`, '-c', 'core.fsmonitor=false', ...args], {
      cwd: workspace,
      env: { ...gitEnv, ...variables },
      limits: { seconds: 120, output: MAX_OUTPUT },
    });
}
