import type { CommitSha } from '../../lib/identifiers.ts';
import type { ChangedFile } from './apply.ts';
import type { FileSource } from './files.ts';
import type { Message } from './message.ts';

/** A commit in the recent history of a branch. */
export interface PastCommit {
  oid: CommitSha;
  message: string;
  parents: readonly string[];
  verified: boolean;
}

/** A branch at one moment: its head, and files as that commit has them. */
export interface Snapshot extends FileSource {
  branch: string;
  head: CommitSha;
  /** The newest commits, the head first; empty unless asked for. */
  history: readonly PastCommit[];
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

/** What is asked of the repository that holds the charts. */
export interface Repository {
  /**
   * @param branch the default branch when left out
   * @param history are recent commits needed?
   * @throws {ActionError} when there is no such repository or branch, or the token may not read it
   */
  read(branch: string | undefined, paths: readonly string[], history: boolean): Promise<Snapshot>;
  /**
   * @throws {HeadMovedError} when the branch's head is another commit; nothing was written
   * @throws {AnswerLostError} when nobody knows whether it was written
   * @throws {RateLimitError} when the server wants to be left alone first
   * @throws {ActionError} when it is refused for good
   */
  commit(commit: NewCommit): Promise<Committed>;
}

/** Someone else pushed in between. */
export class HeadMovedError extends Error {
  override name = 'HeadMovedError';
}

/** The server, or the way to it, failed for now. */
export abstract class PassingError extends Error {
  /** What was asked, as a noun phrase: "committing to main". */
  readonly action: string;
  /** The server asks to wait so long. */
  readonly afterSeconds: number | undefined;

  /** @param answer the server's own words */
  constructor(action: string, answer: string, afterSeconds: number | undefined, cause: unknown) {
    super(answer, { cause });
    this.action = action;
    this.afterSeconds = afterSeconds;
  }
}

/** The connection broke, or the server failed, after the request was sent: it may have been carried out. */
export class AnswerLostError extends PassingError {
  override name = 'AnswerLostError';
}

/** The server does no more for this token for a while; the request was not carried out. */
export class RateLimitError extends PassingError {
  override name = 'RateLimitError';
}
