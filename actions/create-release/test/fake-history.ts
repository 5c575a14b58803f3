import type { CommitSha } from '../../lib/identifiers.ts';
import type { Comparison, History, Overview, Tag, TagMove } from '../src/history/history.ts';
import { FakeCalls, serverError } from './fake-calls.ts';
import { FakeReleases } from './fake-releases.ts';

export const sha = (letter: string): CommitSha => letter.repeat(40) as CommitSha;

/** Tags of one commit after another, from the first one. */
export const linearTags = (...names: string[]): Tag[] =>
  names.map((name, index) => ({ name, commit: sha('abcdef'[index] ?? 'f') }));

/** The parents of each commit, by their letters: `b: 'a'`, and `m: 'cd'` for a merge. */
export type Graph = Readonly<Record<string, string>>;

/** A straight line of commits: `a` is the ancestor of `b`, and so on. */
const LINE: Graph = { a: '', b: 'a', c: 'b', d: 'c', e: 'd', f: 'e' };

function withAncestors(graph: Graph, from: string): Set<string> {
  const seen = new Set<string>();
  const pending = [from];
  for (let commit = pending.pop(); commit !== undefined; commit = pending.pop()) {
    if (seen.has(commit)) continue;
    seen.add(commit);
    pending.push(...(graph[commit] ?? ''));
  }
  return seen;
}

/** As GitHub compares two commits; `undefined` for unrelated histories. */
export function compareCommits(graph: Graph, base: string, head: string): Comparison | undefined {
  const [ofBase, ofHead] = [withAncestors(graph, base), withAncestors(graph, head)];
  const common = [...ofBase].filter((commit) => ofHead.has(commit));
  const mergeBase = common.find((one) => common.every((other) => withAncestors(graph, one).has(other))) ?? common[0];
  if (mergeBase === undefined) return undefined;
  const countMissing = (all: Set<string>, others: Set<string>) => [...all].filter((one) => !others.has(one)).length;
  return { ahead: countMissing(ofHead, ofBase), behind: countMissing(ofBase, ofHead), mergeBase: sha(mergeBase) };
}

/** The tags and commits of one repository in memory. Its calls can be recorded together with those of the releases. */
export class FakeHistory implements History {
  readonly all: Map<string, CommitSha>;
  readonly branches = new Map<string, CommitSha>();
  /** The texts of files, by their paths. */
  readonly texts = new Map<string, string>();
  /** Tags that lists do not show yet. */
  readonly hidden = new Set<string>();
  graph: Graph;
  readonly releases: FakeReleases;
  readonly calls: FakeCalls;
  readonly setTagCalls: [string, string, boolean][] = [];
  readonly replaceTagCalls: [string, string | undefined, string][] = [];

  constructor(tags: readonly Tag[], { graph = LINE, releases }: { graph?: Graph; releases?: FakeReleases } = {}) {
    this.all = new Map(tags.map(({ name, commit }) => [name, commit]));
    this.graph = graph;
    this.releases = releases ?? new FakeReleases();
    this.calls = releases ?? new FakeCalls();
  }

  overview(tag: string): Promise<Overview> {
    const tags = [...this.all].filter(([name]) => !this.hidden.has(name)).map(([name, commit]) => ({ name, commit }));
    return this.calls.call('overview', () => ({
      commit: tags.find(({ name }) => name === tag)?.commit,
      tags,
      releases: this.releases.currentState(tag),
    }));
  }
  resolveTag(tag: string) {
    return this.calls.call('resolveTag', () => this.all.get(tag));
  }
  resolveCommit(name: string) {
    const isCommit = Object.hasOwn(this.graph, name[0] ?? '') && name === sha(name[0] ?? '');
    return this.calls.call(
      'resolveCommit',
      () => this.branches.get(name) ?? (isCommit ? (name as CommitSha) : undefined),
    );
  }
  compare(base: string, head: CommitSha) {
    return this.calls.call('compare', () => compareCommits(this.graph, base[0] ?? '', head[0] ?? ''));
  }
  commits(): ReturnType<History['commits']> {
    return this.calls.call('commits', () => ({
      commits: [{ sha: sha('b'), message: 'feat: it, @octocat', parents: [], author: { name: '', login: undefined } }],
      complete: true,
      total: undefined,
    }));
  }
  tagsWithPrefix(prefix: string) {
    return this.calls.call('tagsWithPrefix', () => [...this.all.keys()].filter((name) => name.startsWith(prefix)));
  }
  readFile(path: string) {
    return this.calls.call('readFile', () => this.texts.get(path));
  }
  readTag(name: string) {
    return this.calls.call('readTag', () => {
      const commit = this.all.get(name);
      return { repositoryId: 'R_1', oid: commit, commit };
    });
  }
  replaceTag(name: string, { from, to }: TagMove) {
    return this.calls.call('replaceTag', () => {
      if (this.all.get(name) !== from.oid)
        throw serverError(409, `Expected "refs/tags/${name}" to point to ${from.oid}`);
      this.replaceTagCalls.push([name, from.commit, to]);
      this.all.set(name, to);
    });
  }
  setTag(name: string, commit: CommitSha, exists: boolean) {
    return this.calls.call('setTag', () => {
      this.setTagCalls.push([name, commit, exists]);
      this.all.set(name, commit);
    });
  }
}
