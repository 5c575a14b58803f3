import type { CommitSha } from '../../../lib/identifiers.ts';
import type { FileSource } from '../files/file-source.ts';
import type { ChangedFile } from '../plan/planned-edits.ts';
import type { History } from '../rollback/history.ts';
import type { Message } from './message.ts';

/** A commit in the recent history of a branch. */
export interface PastCommit {
  oid: CommitSha;
  message: string;
  parents: readonly string[];
  verified: boolean;
}

/** A branch at one moment: its head, and the files of that commit. */
export interface Snapshot extends FileSource {
  branch: string;
  head: CommitSha;
  /** The newest commits, the head first; empty unless requested. */
  history: readonly PastCommit[];
}

export interface ReadRequest {
  /** The default branch when `undefined`. */
  branch: string | undefined;
  /** The commit whose files are read, in place of the branch's head. */
  commit?: CommitSha;
  paths: readonly string[];
  /** Whether recent commits are needed. */
  history: boolean;
}

export interface NewCommit {
  branch: string;
  /** The commit that must be the branch's head. */
  parent: CommitSha;
  message: Message;
  files: readonly Pick<ChangedFile, 'path' | 'bytes'>[];
}

export interface Committed {
  oid: CommitSha;
  /** Whether the server shows the commit's signature as valid. */
  verified: boolean;
}

/** The repository that holds the charts. */
export interface Repository {
  /** @throws {ActionError} when the repository or the branch does not exist, or the token may not read it */
  read(request: ReadRequest): Promise<Snapshot>;
  /** All files of a commit. @throws {ActionError} when there are too many */
  listFiles(commit: CommitSha): Promise<string[]>;
  /**
   * @throws {HeadMovedError} when the branch's head is another commit; nothing was written
   * @throws {ResponseLostError} when it is unknown whether the commit was written
   * @throws {RateLimitError} when the token is rate limited
   * @throws {ActionError} when the commit is refused for good
   */
  commit(commit: NewCommit): Promise<Committed>;
  /**
   * Whether a commit is in the history of another, in a repository that can be another one than this. `undefined` when the server
   * does not know one of them, or the token may not see the repository.
   */
  isAncestor(repository: string, commit: CommitSha, of: CommitSha): Promise<boolean | undefined>;
  /** For rollbacks. */
  readonly history: History;
}

/** The branch was pushed to in the meantime. */
export class HeadMovedError extends Error {
  override name = 'HeadMovedError';
}

interface TransientCause {
  /** How long the server asks to wait. */
  afterSeconds?: number | undefined;
  /** The shortest wait, where the server names no time. */
  minimumSeconds?: number | undefined;
  cause?: unknown;
}

/** The server or the connection failed; a later request may succeed. */
export abstract class TransientError extends Error {
  /** What was requested, as a noun phrase: "committing to main". */
  readonly action: string;
  readonly afterSeconds: number | undefined;
  readonly minimumSeconds: number | undefined;

  /** @param reason what happened, as a clause: "the server responded with 502: Bad Gateway" */
  constructor(action: string, reason: string, { afterSeconds, minimumSeconds, cause }: TransientCause = {}) {
    super(reason, { cause });
    this.action = action;
    this.afterSeconds = afterSeconds;
    this.minimumSeconds = minimumSeconds;
  }
}

/** The connection broke, or the server failed, after the request was sent: the server may have processed it. */
export class ResponseLostError extends TransientError {
  override name = 'ResponseLostError';
}

/** The token is rate limited; the request was not processed. */
export class RateLimitError extends TransientError {
  override name = 'RateLimitError';
}
