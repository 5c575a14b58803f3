import type { AutoMerge } from './inputs.ts';
import type { PullRequest } from './outcome.ts';
import type { PastCommit } from './repository.ts';

/** The branch of a pull request and what hangs on it. */
export interface Proposal {
  /** The branch's head; `undefined` when there is no such branch. */
  head: PastCommit | undefined;
  /** The open pull request from it. */
  pull: (PullRequest & { id: string; title: string; body: string; labels: readonly string[] }) | undefined;
  /** A pull request with this very head was closed and not merged. */
  isRejected: boolean;
}

/** A commit on the branch that is not in the base. */
export interface BranchCommit {
  message: string;
  /** The server made it, for a call of its API or in its web pages; else somebody did who pushed it. */
  byServer: boolean;
}

/** A move of one branch that only happens when it is where it is thought to be. */
export interface BranchMove {
  branch: string;
  /** `'none'`: there must be no such branch; `'any'`: wherever it is. */
  from: string | 'none' | 'any';
  /** `'none'` deletes it. */
  to: string | 'none';
}

/** What pull requests need of the repository beyond reading and committing. */
export interface Proposals {
  find(branch: string, base: string): Promise<Proposal>;
  /** The commits that the one commit's history has and the other's has not, the oldest first. */
  commitsBetween(base: string, head: string): Promise<readonly BranchCommit[]>;
  /** All moves or none. @throws {HeadMovedError} when a branch is elsewhere */
  moveBranches(moves: readonly BranchMove[]): Promise<void>;
  /** Sent once. @throws {PassingError} when it may be open all the same */
  open(branch: string, base: string, title: string, body: string): Promise<PullRequest & { id: string }>;
  update(number: number, title: string, body: string): Promise<void>;
  /** Labels that do not exist yet are made. */
  label(number: number, labels: readonly string[]): Promise<void>;
  /** Whether it is merged, or will be by itself in this way. */
  willMerge(number: number, method: AutoMerge): Promise<boolean>;
  /** Merge as soon as the branch's rules allow it; at once if they do already. Sent once. @throws {PassingError} when it may be set all the same */
  autoMerge(pull: { id: string; number: number }, method: AutoMerge, head: string): Promise<void>;
}
