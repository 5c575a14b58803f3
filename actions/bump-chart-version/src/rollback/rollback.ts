import type { CommitSha } from '../../../lib/identifiers.ts';
import type { Version } from '../../../lib/versions.ts';
import type { YamlFile } from '../yaml/source.ts';

/** What the input `rollback-to` names. */
export type RollbackTarget =
  | { kind: 'version'; version: Version }
  /** The beginning of a commit's ID, at least 7 hex digits, in lower case. */
  | { kind: 'commit'; id: string };

/** The commit to go back to, with the charts' files as they were then. */
export interface Rollback {
  commit: CommitSha;
  /** The value of its trailer `Source-Commit`: what its images were built from. */
  source: string | undefined;
  /** By path; without those that did not exist. */
  files: ReadonlyMap<string, YamlFile>;
}

/** A commit in messages. */
export const shortId = (commit: string): string => commit.slice(0, 12);
