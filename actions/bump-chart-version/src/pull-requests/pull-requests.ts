import type { PastCommit } from '../commit/repository.ts';
import type { AutoMerge } from '../inputs/settings.ts';

export interface PullRequest {
  number: number;
  url: string;
}

/** A pull request that is open. */
export interface OpenPullRequest extends PullRequest {
  id: string;
  title: string;
  body: string;
  labels: readonly string[];
}

/** The branch of a pull request. */
export interface PullRequestBranch {
  /** The branch's head; `undefined` when the branch does not exist. */
  head: PastCommit | undefined;
  /** The open pull request from it. */
  pull: OpenPullRequest | undefined;
  /** A pull request with this head was closed without a merge. */
  isRejected: boolean;
}

/** A commit on the branch that is not in the base. */
export interface BranchCommit {
  message: string;
  /** Created by the server, through its API or its web pages; otherwise pushed. */
  byServer: boolean;
}

/** A move of one branch, which fails unless the branch is where it is expected. */
export interface BranchMove {
  branch: string;
  /** `'none'`: the branch must not exist; `'any'`: it can be anywhere. */
  from: string | 'none' | 'any';
  /** `'none'` deletes it. */
  to: string | 'none';
}

export interface NewPullRequest {
  branch: string;
  base: string;
  title: string;
  body: string;
}

/** The operations on pull requests and their branches. */
export interface PullRequests {
  find(branch: string, base: string): Promise<PullRequestBranch>;
  /** The commits in the history of `head` that are not in that of `base`, the oldest first. */
  commitsBetween(base: string, head: string): Promise<readonly BranchCommit[]>;
  /** All moves or none. @throws {HeadMovedError} when a branch is elsewhere */
  moveBranches(moves: readonly BranchMove[]): Promise<void>;
  /** Sent once. @throws {TransientError} when the pull request may be open nevertheless */
  create(pull: NewPullRequest): Promise<PullRequest & { id: string }>;
  update(number: number, title: string, body: string): Promise<void>;
  /** Missing labels are created. */
  label(number: number, labels: readonly string[]): Promise<void>;
  /** Whether it is merged, or will be merged automatically by this method. */
  willMerge(number: number, method: AutoMerge): Promise<boolean>;
  /**
   * Merges as soon as the branch's rules allow it, which can be at once. Sent once.
   * @throws {TransientError} when auto-merge may be enabled nevertheless
   */
  autoMerge(pull: { id: string; number: number }, method: AutoMerge, head: string): Promise<void>;
}
