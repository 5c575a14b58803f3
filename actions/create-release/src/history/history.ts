import type { CommitSha } from '../../../lib/identifiers.ts';

export interface Tag {
  name: string;
  /** The commit, also when the tag is annotated. */
  commit: CommitSha;
}

/** A tag as it was read: its own object, and the commit behind it. */
export interface TagRef {
  repositoryId: string;
  /** `undefined` when the tag does not exist. */
  oid: string | undefined;
  commit: CommitSha | undefined;
}

export interface TagMove {
  from: TagRef;
  to: CommitSha;
}

export interface Commit {
  sha: string;
  /** The complete message. */
  message: string;
  /** The first parent first; a merge has two or more. */
  parents: readonly string[];
  /** `login` is the account on the server, if the author has one there. */
  author: { name: string; login: string | undefined };
}

/** How a release's commit relates to an earlier one. */
export interface Comparison {
  /** Commits of the release that the earlier one does not have. */
  ahead: number;
  /** Commits of the earlier one that the release does not have; 0 for an ancestor. */
  behind: number;
  mergeBase: CommitSha;
}

/** A release as lists show it. */
export interface ReleaseSummary {
  id: number;
  tag: string;
  draft: boolean;
  prerelease: boolean;
}

/** What one request says about a repository, whatever its size. */
export interface Overview {
  /** The commit of the tag; `undefined` when the tag does not exist. */
  commit: CommitSha | undefined;
  /** The newest tags, and those whose names begin like the release's tag, at most 100 of each kind. */
  tags: readonly Tag[];
  releases: ReleaseState;
}

/** The releases that matter for one tag. */
export interface ReleaseState {
  /** Those of the tag. Lists can lag: a release that was just created may be missing. */
  ofTag: readonly ReleaseSummary[];
  /** The newest of the repository. */
  newest: readonly ReleaseSummary[];
  /** The repository's latest release. */
  latest: ReleaseSummary | undefined;
}

/** The tags and commits of a repository. Failures are those of the requests (`isRequestError`). */
export interface History {
  /** @param names the beginnings of names of tags that matter */
  overview(tag: string, names: readonly string[]): Promise<Overview>;
  /** The commit of a tag, requested by name: the lists may not contain a new tag yet. */
  resolveTag(tag: string): Promise<CommitSha | undefined>;
  /** The commit of a branch or of a (short) commit id. */
  resolveCommit(branchOrCommit: string): Promise<CommitSha | undefined>;
  /** `undefined` for unrelated histories. */
  compare(base: string, head: CommitSha): Promise<Comparison | undefined>;
  /**
   * The commits of `head` that are not in `base`, or all of them, oldest first; `complete` is false when there are too many to list.
   * `total` is how many there are, if the server says so.
   */
  commits(
    base: CommitSha | undefined,
    head: CommitSha,
  ): Promise<{ commits: Commit[]; complete: boolean; total: number | undefined }>;
  /** The text of a file at a commit, `undefined` for a path that does not exist. */
  readFile(path: string, commit: CommitSha): Promise<string | undefined>;
  /** The names of all tags that begin with the text. */
  tagsWithPrefix(prefix: string): Promise<string[]>;
  readTag(name: string): Promise<TagRef>;
  /** Move or create the tag if it still points where it was read; otherwise the status of the error is 409. Not retried: the caller checks the outcome. */
  replaceTag(name: string, move: TagMove): Promise<void>;
  /** Create or move the tag. */
  setTag(name: string, commit: CommitSha, exists: boolean): Promise<void>;
}
