import { ToolMissingError } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import { minimalEnvironment } from '../../../lib/processes/environment.ts';
import type { Exec } from '../../../lib/processes/exec.ts';
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

/** A Git that exceeds them is treated as one that fails. */
const GIT_LIMITS = { seconds: 60, output: 1 };

/** What Git knows of the workspace. */
export class Checkout {
  readonly #workspace: string;
  readonly #tools: GitTools;

  constructor(workspace: string, tools: GitTools) {
    this.#workspace = workspace;
    this.#tools = tools;
  }

  /** The commit that is checked out; `undefined` when the workspace has no checkout, or Git is not installed. */
  async head(): Promise<string | undefined> {
    return this.git('rev-parse', 'HEAD');
  }

  /** When a commit was made, in seconds since 1970; `undefined` when the checkout does not have it. A shallow one is enough. */
  async commitTime(sha: string): Promise<number | undefined> {
    const time = Number.parseInt(
      (await this.git('log', '-1', '--no-show-signature', '--format=%ct', sha, '--')) ?? '',
      10,
    );
    return Number.isNaN(time) ? undefined : time;
  }

  /**
   * The commits before this one, newest first along the first parents, since which these paths have not changed.
   * None when that is unknown: without a checkout, or beyond the end of a shallow one.
   */
  async commitsWithSame(paths: readonly string[], sha: CommitSha, max: number): Promise<CommitSha[]> {
    const log = ['--literal-pathspecs', 'log', '--no-show-signature', '--first-parent', '--format=%H'];
    const [last, commits] = await Promise.all([
      this.git(...log, '--max-count=1', sha, '--', ...paths),
      this.git(...log, `--max-count=${max + 1}`, sha, '--'),
    ]);
    // Git does not know paths that no commit has.
    if (!last || commits === undefined) return [];
    const list = commits.split('\n') as CommitSha[];
    const end = list.indexOf(last as CommitSha);
    return list.slice(1, end < 0 ? undefined : end + 1);
  }

  /** Whether commits are missing that the repository has, as after `actions/checkout` with its default `fetch-depth`. */
  async isShallow(): Promise<boolean> {
    return (await this.git('rev-parse', '--is-shallow-repository')) !== 'false';
  }

  /** What Git prints, without the line break at its end; `undefined` when it fails. */
  private async git(...args: string[]): Promise<string | undefined> {
    const { exec, env } = this.#tools;
    try {
      // In a container job the checkout belongs to another user, and Git refuses to read it without this.
      const { exitCode, stdout } = await exec.run('git', ['-c', `safe.directory=${this.#workspace}`, ...args], {
        cwd: this.#workspace,
        env: minimalEnvironment(env, GIT_VARIABLES),
        limits: GIT_LIMITS,
      });
      return exitCode === 0 ? stdout.trim() : undefined;
    } catch (error) {
      if (error instanceof ToolMissingError) return undefined;
      throw error;
    }
  }
}
