import type { Commit } from '../history/history.ts';
import { type Description, describeMessage, parseHeader, splitMessage } from './conventional.ts';
import { type MergeNode, mergeTree, ownMessage, pullRequestOf } from './merges.ts';
import { matchReverts, parseRevert, type Revert, remainingTitles, revertedTitle, withoutNumbers } from './reverts.ts';

/** One change of a release. */
export interface Change extends Description {
  commit: Commit;
  /** For a merge the author of what it merged: the merge itself is by the person who merged it. */
  author: Commit['author'];
  /** Only what it breaks is in the notes: another change describes the rest. */
  breakingOnly: boolean;
}

interface Item {
  node: MergeNode;
  sha: string;
  titles: readonly string[];
  pullRequest: number | undefined;
  revert: Revert | undefined;
}

/**
 * What changed, each change once: merges and what they merged, squashed commits and their lists, commits and their reverts.
 * @param commits oldest first
 * @param isKnownType whether a conventional commit has this type; others are like titles without a type
 */
export function listChanges(commits: readonly Commit[], isKnownType: (type: string) => boolean): Change[] {
  const { trunk, nodes } = mergeTree(commits);
  const order = new Map(commits.map(({ sha }, index) => [sha, index]));
  const byOrder = (a: { commit: Commit }, b: { commit: Commit }): number =>
    (order.get(a.commit.sha) ?? 0) - (order.get(b.commit.sha) ?? 0);

  const items = createItems(nodes);
  const sorted = [...items.values()].sort((a, b) => byOrder(a.node, b.node));
  const { cancelled, open } = matchReverts(sorted, ({ node }) =>
    below(node).flatMap((inner) => items.get(inner) ?? []),
  );

  const has = (set: ReadonlySet<Item>, node: MergeNode): boolean => {
    const item = items.get(node);
    return item !== undefined && set.has(item);
  };
  const results = new Map<MergeNode, Change[]>();
  const cancelledNodes = new Set<MergeNode>();
  // What a merge contains comes after it in `nodes`.
  for (const node of nodes.toReversed()) {
    const merged = node.merged.flatMap((inner) => results.get(inner) ?? []);
    const isCancelled =
      has(cancelled, node) || (merged.length === 0 && node.merged.some((inner) => cancelledNodes.has(inner)));
    if (isCancelled) cancelledNodes.add(node);
    results.set(node, isCancelled ? [] : changesOf(node, merged, { isKnownType, isRevert: has(open, node) }));
  }
  return trunk
    .flatMap((node) => results.get(node) ?? [])
    .filter(({ breakingOnly, breaking }) => !breakingOnly || breaking.length > 0)
    .sort(byOrder);
}

/** Everything that a merge brought in, through other merges too. */
function below(node: MergeNode): MergeNode[] {
  const found = [...node.merged];
  for (let index = 0; index < found.length; index++) for (const inner of found[index]?.merged ?? []) found.push(inner);
  return found;
}

function createItems(nodes: readonly MergeNode[]): Map<MergeNode, Item> {
  const items = new Map<MergeNode, Item>();
  const hasRevert = new Set<MergeNode>();
  for (const node of nodes.toReversed()) {
    const message = ownMessage(node.commit);
    // If a merged branch has the revert itself, the title of its pull request only repeats it.
    const isRepeated = node.merged.some((inner) => hasRevert.has(inner));
    const revert = message === undefined || isRepeated ? undefined : parseRevert(message);
    if (revert !== undefined || isRepeated) hasRevert.add(node);
    const titles = [node.commit.message, message ?? ''].map((text) => withoutNumbers(splitMessage(text).title));
    items.set(node, { node, sha: node.commit.sha, titles, pullRequest: pullRequestOf(node.commit), revert });
  }
  return items;
}

interface ChangeOptions {
  isKnownType: (type: string) => boolean;
  /** Whether the commit reverts something that is not part of this release. */
  isRevert: boolean;
}

function changesOf(node: MergeNode, merged: readonly Change[], { isKnownType, isRevert }: ChangeOptions): Change[] {
  const { commit, pullRequest } = node;
  const message = ownMessage(commit);
  if (message === undefined) return [...merged];
  const descriptions = describeMessage(message, { isKnownType, keepTitles: remainingTitles });
  const [first] = descriptions;
  const described = isRevert && first !== undefined ? [asRevert(first, message)] : descriptions;
  const own = described.map((description) => ({
    ...description,
    pullRequest: description.pullRequest ?? pullRequest,
    commit,
    author: node.merged[0]?.commit.author ?? commit.author,
    breakingOnly: false,
  }));
  if (merged.length === 0) return own;

  const isConventional = ({ type, breakingOnly }: Change): boolean =>
    !breakingOnly && type !== undefined && isKnownType(type);
  if (merged.some(isConventional)) {
    // Pull requests that were merged into this one are changes of their own; single commits without a type are steps on the way.
    const isListed = (change: Change): boolean => isConventional(change) || change.pullRequest !== pullRequest;
    return [
      ...merged.map((change) => (isListed(change) ? change : toBreakingOnly(change))),
      ...onlyInMerge(own, merged),
    ];
  }
  const known = new Set(own.flatMap(({ breaking }) => breaking.map(({ text }) => text)));
  const notes = merged.map((change) => ({
    ...change,
    breaking: change.breaking.filter(({ text }) => !known.has(text)),
  }));
  return [...own, ...notes.map(toBreakingOnly)];
}

const toBreakingOnly = (change: Change): Change => ({ ...change, breakingOnly: true });

/** What only the message of the merge says that it breaks. */
function onlyInMerge(own: readonly Change[], merged: readonly Change[]): Change[] {
  const known = new Set(merged.flatMap(({ breaking }) => breaking.map(({ text }) => text)));
  return own.flatMap((change) => {
    // A title with `!` repeats what its commits break.
    const isKnown = (text: string): boolean => known.has(text) || (known.size > 0 && text === change.subject);
    const breaking = change.breaking.filter(({ text }) => !isKnown(text));
    return breaking.length === 0 ? [] : [{ ...change, breaking, breakingOnly: true }];
  });
}

function asRevert(description: Description, message: string): Description {
  const reverted = revertedTitle(splitMessage(message).title) ?? description.subject;
  const header = parseHeader(reverted);
  return { ...description, type: 'revert', scope: header?.scope, subject: header?.subject ?? reverted };
}
