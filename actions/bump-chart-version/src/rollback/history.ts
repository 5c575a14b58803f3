import type { CommitSha } from '../../../lib/identifiers.ts';

/** A commit that changed a chart. */
export interface ChartCommit {
  oid: CommitSha;
  message: string;
  /** The text of Chart.yaml at the commit, if it exists. */
  chartYaml: string | undefined;
}

/** What a rollback reads from the history of a branch. */
export interface History {
  /** The commit in the history of `head` whose ID begins so; `undefined` when there is none, or more than one. */
  findCommit(id: string, head: CommitSha): Promise<Pick<ChartCommit, 'oid' | 'message'> | undefined>;
  /** For each chart the newest commits that changed its directory, the newest first. */
  chartCommits(head: CommitSha, charts: readonly string[]): Promise<ReadonlyMap<string, readonly ChartCommit[]>>;
}
