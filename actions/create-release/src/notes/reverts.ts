import { parseHeader, splitMessage, splitPullRequest } from './conventional.ts';

/** What a commit reverts. */
export interface Revert {
  /** Ids of commits, possibly abbreviated, in lower case. */
  shas: readonly string[];
  /** The title of the reverted commit, without the number of its pull request. */
  title: string;
  /** Whether the title can be the subject of a conventional one: `revert: add` reverts `feat: add` too. */
  matchesSubject: boolean;
  pullRequest: number | undefined;
}

/**
 * The messages of `git revert`, of GitHub's button, and conventional ones with the type `revert`. A revert of a revert is `Reapply "…"`:
 * https://git-scm.com/docs/git-revert
 */
export function parseRevert(message: string): Revert | undefined {
  const { title, body } = splitMessage(message);
  const reverted = revertedTitle(title);
  if (reverted === undefined) return undefined;
  const conventional = parseHeader(title)?.type === 'revert';
  const text = body.join('\n');
  const shas = [...text.matchAll(/\bThis reverts commits?\s+((?:[0-9a-f]{7,64}(?:,\s*and\s+|,\s*|\s+and\s+)?)+)/gi)];
  const references = /^Refs: ([0-9a-f]{7,64}(?:, *[0-9a-f]{7,64})*)$/im.exec(text);
  return {
    shas: [...shas, ...(conventional && references !== null ? [references] : [])].flatMap(
      ([, list = '']) => list.toLowerCase().match(/[0-9a-f]{7,64}/g) ?? [],
    ),
    title: reverted,
    matchesSubject: conventional,
    pullRequest: Number(/^Reverts (?:[\w.-]+\/[\w.-]+)?#([1-9]\d{0,9})\s*$/m.exec(text)?.[1]) || undefined,
  };
}

/** The title that a title reverts: `feat: add` of `Revert "feat: add (#12)" (#13)` and of `revert: feat: add`. */
export function revertedTitle(title: string): string | undefined {
  const { title: own } = splitPullRequest(title);
  const [, verb, quoted] = /^(Revert|Reapply) "(.+)"$/.exec(own) ?? [];
  const header = parseHeader(own);
  const reverted = quoted ?? (header?.type === 'revert' ? header.subject.replace(/^"(.+)"$/, '$1') : undefined);
  if (reverted === undefined) return undefined;
  const text = withoutNumbers(reverted);
  return verb === 'Reapply' ? `Revert "${text}"` : text;
}

/** A title without the numbers of pull requests, inside quotes too: `Revert "feat: add (#12)" (#13)`. */
export const withoutNumbers = (title: string): string => title.replaceAll(/\s*\(#[1-9]\d{0,9}\)(?="|$)/g, '');

/** Something that can be reverted, oldest first in a list. */
interface Revertible {
  /** {@link withoutNumbers} */
  titles: readonly string[];
  sha: string;
  /** Its own. */
  pullRequest: number | undefined;
  revert: Revert | undefined;
}

export interface RevertResult<T> {
  /** What cancels out: reverted items, and the reverts of them. */
  cancelled: ReadonlySet<T>;
  /** Reverts of something that is not in the list. */
  open: ReadonlySet<T>;
}

/**
 * Match reverts with what they revert. The newest is first: a revert that is reverted itself cancels nothing.
 * @param contents what else goes when an item goes: the commits of a merge
 */
export function matchReverts<T extends Revertible>(
  items: readonly T[],
  contents: (item: T) => readonly T[] = () => [],
): RevertResult<T> {
  const find = createFinder(items);
  const cancelled = new Set<T>();
  const open = new Set<T>();
  for (const [index, item] of [...items.entries()].reverse()) {
    if (item.revert === undefined || cancelled.has(item)) continue;
    const { targets, complete } = find(item.revert, index, cancelled);
    for (const target of targets) for (const gone of [target, ...contents(target)]) cancelled.add(gone);
    if (complete) cancelled.add(item);
    else open.add(item);
  }
  return { cancelled, open };
}

type Find<T> = (
  revert: Revert,
  index: number,
  cancelled: ReadonlySet<T>,
) => { targets: readonly T[]; complete: boolean };

function createFinder<T extends Revertible>(items: readonly T[]): Find<T> {
  const sorted = [...items].sort((a, b) => (a.sha < b.sha ? -1 : 1));
  const byTitle = new Map<string, number[]>();
  const bySubject = new Map<string, number[]>();
  const byNumber = new Map<number, number[]>();
  const add = <K>(map: Map<K, number[]>, key: K, index: number): void => {
    const known = map.get(key);
    if (known === undefined) map.set(key, [index]);
    else known.push(index);
  };
  for (const [index, { titles, pullRequest }] of items.entries()) {
    for (const title of new Set(titles)) {
      add(byTitle, title, index);
      const subject = parseHeader(title)?.subject;
      if (subject !== undefined) add(bySubject, subject, index);
    }
    if (pullRequest !== undefined) add(byNumber, pullRequest, index);
  }
  const newestBefore = (indices: number[] | undefined, index: number, cancelled: ReadonlySet<T>): T | undefined => {
    for (let last = indices?.at(-1); last !== undefined; last = indices?.at(-1)) {
      const item = items[last];
      if (last < index && item !== undefined && !cancelled.has(item)) return item;
      // Later searches are for older reverts, so it is never found again.
      indices?.pop();
    }
    return undefined;
  };
  return ({ shas, title, matchesSubject, pullRequest }, index, cancelled) => {
    const found = shas.map((sha) => findByPrefix(sorted, sha)).filter((target) => target !== undefined);
    // A rebase changes the ids of commits, and not what the messages of reverts say: then the title counts.
    if (found.length > 0) return { targets: found, complete: found.length === shas.length };
    const target =
      (pullRequest === undefined ? undefined : newestBefore(byNumber.get(pullRequest), index, cancelled)) ??
      newestBefore(byTitle.get(title), index, cancelled) ??
      (matchesSubject ? newestBefore(bySubject.get(title), index, cancelled) : undefined);
    return target === undefined ? { targets: [], complete: false } : { targets: [target], complete: true };
  };
}

/** By binary search. */
function findByPrefix<T extends Revertible>(sorted: readonly T[], prefix: string): T | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.sha ?? '') < prefix) low = middle + 1;
    else high = middle;
  }
  return sorted[low]?.sha.startsWith(prefix) ? sorted[low] : undefined;
}

/** Which titles in the list of a squashed commit remain when each revert goes with what it reverts. */
export function remainingTitles(titles: readonly string[]): boolean[] {
  const items = titles.map((title) => ({
    titles: [withoutNumbers(title)],
    sha: '',
    pullRequest: undefined,
    revert: parseRevert(title),
  }));
  const { cancelled } = matchReverts(items);
  return items.map((item) => !cancelled.has(item));
}
