import type { Commit } from '../history/history.ts';
import { splitMessage, splitPullRequest } from './conventional.ts';

/** A commit, and what it merged. */
export interface MergeNode {
  commit: Commit;
  /** The commits that came in by this merge, oldest first; empty for other commits. */
  merged: MergeNode[];
  /** The pull request that the commit is part of: its own, otherwise that of the innermost merge. */
  pullRequest: number | undefined;
}

/**
 * The commits as a tree: those of the trunk, and below each merge those that it merged. The commits of a merged branch are the ones that can be
 * reached from the merge's other parents, and not from its first. Each commit is in the tree once.
 * @param commits oldest first
 * @returns the commits of the trunk, and every node of the tree with a merge before what it merged
 */
export function mergeTree(commits: readonly Commit[]): { trunk: MergeNode[]; nodes: MergeNode[] } {
  const bySha = new Map(commits.map((commit) => [commit.sha, commit]));
  const placed = new Set<string>();
  const nodes: MergeNode[] = [];

  // Along the first parents, oldest first. What an older commit reaches is then placed before a newer merge claims its own.
  const firstParents = (tip: string | undefined): Commit[] => {
    const line: Commit[] = [];
    for (let commit = bySha.get(tip ?? ''); commit !== undefined; commit = bySha.get(commit.parents[0] ?? '')) {
      if (placed.has(commit.sha) || line.length > commits.length) break;
      line.push(commit);
    }
    return line;
  };
  const place = (tip: string, trunk: MergeNode[]): void => {
    const pending = [{ line: firstParents(tip), into: trunk, pullRequest: undefined as number | undefined }];
    for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
      const commit = last.line.pop();
      if (commit === undefined) pending.pop();
      if (commit === undefined || placed.has(commit.sha)) continue;
      placed.add(commit.sha);
      const node = { commit, merged: [], pullRequest: pullRequestOf(commit) ?? last.pullRequest };
      last.into.push(node);
      nodes.push(node);
      for (const parent of commit.parents.slice(1).reverse())
        pending.push({ line: firstParents(parent), into: node.merged, pullRequest: node.pullRequest });
    }
  };

  const trunk: MergeNode[] = [];
  const parents = new Set(commits.flatMap((commit) => commit.parents));
  const tips = commits.filter(({ sha }) => !parents.has(sha)).reverse();
  for (const { sha } of tips) place(sha, trunk);
  return { trunk, nodes };
}

export const isMerge = ({ parents }: Commit): boolean => parents.length > 1;

const PULL_REQUEST_MERGE = /^Merge pull request #([1-9]\d{0,9}) from \S/;
/** The subjects of `git merge`, `git pull` and of GitHub's button that updates a branch. They name branches and describe no change. */
const BRANCH_MERGE = /^Merge (?:(?:(?:remote-tracking )?branch(?:es)?|tags?|commits?) |\S+ into \S+$)/;

/** What a commit says about itself: for a merge the title of its pull request, `undefined` if the merge only names branches. */
export function ownMessage(commit: Commit): string | undefined {
  if (!isMerge(commit)) return commit.message;
  const { title, body } = splitMessage(commit.message);
  if (BRANCH_MERGE.test(title)) return undefined;
  if (!PULL_REQUEST_MERGE.test(title)) return commit.message;
  const message = body.join('\n').trim();
  return message === '' ? undefined : message;
}

/** The number in a commit's own title. */
export function pullRequestOf(commit: Commit): number | undefined {
  const { title } = splitMessage(commit.message);
  const number = isMerge(commit) ? PULL_REQUEST_MERGE.exec(title)?.[1] : undefined;
  return number === undefined ? splitPullRequest(title).pullRequest : Number(number);
}
