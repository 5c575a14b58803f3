import { ToolMissingError } from '../../../lib/errors.ts';
import type { CommitSha } from '../../../lib/identifiers.ts';
import type { Git } from './git.ts';

/** What Git knows of the workspace. */
export class Checkout {
  readonly #git: Git;

  constructor(git: Git) {
    this.#git = git;
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
    try {
      const { exitCode, stdout } = await this.#git(args);
      return exitCode === 0 ? stdout.trim() : undefined;
    } catch (error) {
      if (error instanceof ToolMissingError) return undefined;
      throw error;
    }
  }
}
