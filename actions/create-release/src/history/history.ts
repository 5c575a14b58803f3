import type { CommitSha } from '../../../lib/identifiers.ts';

export interface Tag {
  name: string;
  /** The commit, also when the tag is annotated. */
  commit: CommitSha;
}

export interface Commit {
  sha: string;
  /** The complete message. */
  message: string;
  merge: boolean;
}

/** The tags and commits of a repository. Failures are those of the requests (`isRequestError`). */
export interface History {
  tags(): Promise<Tag[]>;
  /** The commit of a tag, requested by name: the list may not contain a new tag yet. */
  resolveTag(tag: string): Promise<CommitSha | undefined>;
  /** The commit of a branch or of a (short) commit id. */
  resolveCommit(branchOrCommit: string): Promise<CommitSha | undefined>;
  /**
   * The commits of `other` that are not in the history of `head`, at most the first few hundred. The set is empty when `other` is an ancestor,
   * and contains only `other` for unrelated histories.
   */
  commitsNotIn(head: CommitSha, other: CommitSha): Promise<ReadonlySet<string>>;
  /** The commits of `head` that are not in `base`, or all of them, oldest first; `complete` is false when there are too many to list. */
  commits(base: CommitSha | undefined, head: CommitSha): Promise<{ commits: Commit[]; complete: boolean }>;
  /** Create or move the tag. */
  setTag(name: string, commit: CommitSha, exists: boolean): Promise<void>;
}
