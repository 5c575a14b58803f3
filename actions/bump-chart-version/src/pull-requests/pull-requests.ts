import type { CommitSha } from '../../../lib/identifiers.ts';
import type { PastCommit } from '../commit/repository.ts';
import type { AutoMerge, Reviewers } from '../inputs/pull-request-inputs.ts';

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
  /** A pull request with this head was closed without a merge, and none is open. */
  isRejected: boolean;
  /** A pull request with this head was merged, and none is open. */
  isMerged: boolean;
}

/** A branch in comparison with its base. */
export interface Comparison {
  /** The newest commit in the history of both. */
  mergeBase: CommitSha;
  /** The commits that are not in the base, the oldest first. */
  commits: readonly BranchCommit[];
  /** The files that differ from those of the common commit. */
  files: readonly string[];
  /** Whether these are all of them: the server lists only so many. */
  isComplete: boolean;
}

export interface PullRequestState {
  isOpen: boolean;
  isMerged: boolean;
  /** The last commit that belongs to it. */
  head: string;
  autoMerge: AutoMerge | undefined;
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
  isDraft: boolean;
}

/** The people of a pull request, by login, and the teams by slug. */
export interface PullRequestPeople {
  requested: Reviewers;
  /** Who has reviewed it. */
  reviewed: readonly string[];
  assignees: readonly string[];
}

/** The operations on pull requests and their branches. */
export interface PullRequests {
  find(branch: string, base: string): Promise<PullRequestBranch>;
  compare(base: string, head: string): Promise<Comparison>;
  /** All moves or none. @throws {HeadMovedError} when a branch is elsewhere */
  moveBranches(moves: readonly BranchMove[]): Promise<void>;
  /** Sent once. @throws {TransientError} when the pull request may be open nevertheless */
  create(pull: NewPullRequest): Promise<OpenPullRequest>;
  update(number: number, title: string, body: string): Promise<void>;
  peopleOf(number: number): Promise<PullRequestPeople>;
  requestReviews(number: number, reviewers: Reviewers): Promise<void>;
  assign(number: number, logins: readonly string[]): Promise<void>;
  /** Missing labels are created. */
  label(number: number, labels: readonly string[]): Promise<void>;
  stateOf(number: number): Promise<PullRequestState>;
  /**
   * Merges as soon as the branch's rules allow it, which can be at once. Sent once.
   * @throws {TransientError} when auto-merge may be enabled nevertheless
   */
  autoMerge(pull: { id: string; number: number }, method: AutoMerge, head: string): Promise<void>;
}
