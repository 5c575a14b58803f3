import type { CommitSha } from '../../lib/identifiers.ts';

export interface Tag {
  name: string;
  /** The commit, also when the tag is annotated. */
  commit: CommitSha;
}

export interface Commit {
  sha: string;
  /** The whole message. */
  message: string;
  merge: boolean;
}

/** The tags and commits of one repository. Failures are the server's own (`isRequestError`). */
export interface History {
  tags(): Promise<Tag[]>;
  /** A tag's commit, asked for by name: the list may lag behind a push. */
  commitOfTag(tag: string): Promise<CommitSha | undefined>;
  /** The commit of a branch's head or of a (short) commit id. */
  commitOf(branchOrCommit: string): Promise<CommitSha | undefined>;
  /**
   * Commits of `other` that are not in `head`'s history, at most the first few hundred: none when `other` is an ancestor.
   * Unrelated histories give `other` itself.
   */
  beyond(head: CommitSha, other: CommitSha): Promise<ReadonlySet<string>>;
  /** The commits of `head` that `base` has not, or all of them, oldest first; `complete` is false when there are too many to list. */
  commits(base: CommitSha | undefined, head: CommitSha): Promise<{ commits: Commit[]; complete: boolean }>;
  /** Make the tag, or move it. */
  pointTag(name: string, commit: CommitSha, exists: boolean): Promise<void>;
}
