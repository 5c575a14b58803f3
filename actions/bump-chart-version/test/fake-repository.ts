import { createHash } from 'node:crypto';
import type { CommitSha } from '../../lib/identifiers.ts';
import { messageText } from '../src/commit/message.ts';
import {
  HeadMovedError,
  type NewCommit,
  type PastCommit,
  type ReadRequest,
  type Repository,
  ResponseLostError,
} from '../src/commit/repository.ts';
import type { FileState } from '../src/files/file-source.ts';
import { AUTO_MERGE, type Reviewers } from '../src/inputs/pull-request-inputs.ts';
import type {
  BranchCommit,
  BranchMove,
  NewPullRequest,
  PullRequestBranch,
  PullRequests,
} from '../src/pull-requests/pull-requests.ts';
import type { ChartCommit, History } from '../src/rollback/history.ts';
import { bytes, textOf } from './helpers.ts';

interface Stored extends PastCommit, BranchCommit {
  files: Readonly<Record<string, string>>;
}

interface FakePull {
  number: number;
  branch: string;
  title: string;
  body: string;
  labels: string[];
  isDraft: boolean;
  requested: Reviewers;
  reviewed: string[];
  assignees: string[];
  merge?: string;
  /** The branch's head when it was closed or merged. */
  closedAt?: string;
  merged?: boolean;
}

const fileStates = (files: Readonly<Record<string, string>>, paths: readonly string[]): Map<string, FileState> =>
  new Map(
    paths.map((path) => {
      const text = files[path];
      return [path, text === undefined ? { kind: 'missing' } : { kind: 'file', bytes: bytes(text) }];
    }),
  );

/** A repository in memory with GitHub's rules: one parent, an expected head, moves that compare first. */
export class FakeRepository implements Repository, PullRequests {
  readonly commits = new Map<string, Stored>();
  readonly branches = new Map<string, string>();
  readonly pulls: FakePull[] = [];
  reads = 0;
  /** How many files a comparison lists. */
  maxFiles = 300;
  lists = 0;
  merges = 0;
  /** Called before each commit: to push in the meantime, to throw, and so on. */
  beforeCommit: (attempt: number) => void = () => undefined;
  /** Called after each commit. */
  afterCommit: (attempt: number) => void = () => undefined;
  #attempts = 0;

  constructor(files: Record<string, string>) {
    this.push('main', files, 'first');
  }

  /** A push by anyone. */
  push(branch: string, files: Record<string, string>, message: string): string {
    return this.#add(branch, files, { message, byServer: false });
  }

  #add(branch: string, files: Record<string, string>, { message, byServer }: BranchCommit): string {
    const parent = this.branches.get(branch);
    const all = { ...this.commits.get(parent ?? '')?.files, ...files };
    const oid = createHash('sha1')
      .update(JSON.stringify([parent, all, message, this.commits.size]))
      .digest('hex') as CommitSha;
    this.commits.set(oid, {
      oid,
      message,
      parents: parent === undefined ? [] : [parent],
      verified: true,
      byServer,
      files: all,
    });
    this.branches.set(branch, oid);
    return oid;
  }

  head(branch = 'main'): Stored {
    const commit = this.commits.get(this.branches.get(branch) ?? '');
    if (commit === undefined) throw new Error(`no branch ${branch}`);
    return commit;
  }

  log(branch = 'main'): Stored[] {
    return this.#history(this.head(branch).oid);
  }

  #history(oid: string): Stored[] {
    const log: Stored[] = [];
    for (let commit = this.commits.get(oid); commit !== undefined; commit = this.commits.get(commit.parents[0] ?? ''))
      log.push(commit);
    return log;
  }

  async read({ branch, commit, paths, history }: ReadRequest) {
    this.reads++;
    const head = this.commits.get(commit ?? '') ?? this.head(branch ?? 'main');
    const files = fileStates(head.files, paths);
    const list = async (): Promise<string[]> => Object.keys(head.files);
    return {
      branch: branch ?? 'main',
      head: head.oid,
      files,
      history: history ? this.log(branch ?? 'main') : [],
      list,
    };
  }

  async listFiles(commit: CommitSha): Promise<string[]> {
    this.lists++;
    return Object.keys(this.commits.get(commit)?.files ?? {});
  }

  readonly history: History = {
    findCommit: async (id, head) => this.#history(head).find(({ oid }) => oid.startsWith(id)),
    chartCommits: async (head, charts) => new Map(charts.map((chart) => [chart, this.#chartCommits(head, chart)])),
  };

  /** The commits that changed a chart's directory. */
  #chartCommits(head: CommitSha, chart: string): ChartCommit[] {
    const inside = (commit: Stored | undefined): string =>
      JSON.stringify(Object.entries(commit?.files ?? {}).filter(([path]) => path.startsWith(`${chart}/`)));
    return this.#history(head)
      .filter((commit) => inside(commit) !== inside(this.commits.get(commit.parents[0] ?? '')))
      .map(({ oid, message, files }) => ({ oid, message, chartYaml: files[`${chart}/Chart.yaml`] }));
  }

  async commit({ branch, parent, message, files }: NewCommit) {
    this.beforeCommit(++this.#attempts);
    if (this.branches.get(branch) !== parent)
      throw new HeadMovedError(`Expected branch to point to "${parent}" but it did not.`);
    const changed = Object.fromEntries(files.map((file) => [file.path, textOf(file.bytes)]));
    const oid = this.#add(branch, changed, { message: messageText(message), byServer: true }) as CommitSha;
    this.afterCommit(this.#attempts);
    return { oid, verified: true };
  }

  /** The commits that a comparison was asked for. */
  readonly compared: string[] = [];
  /** The history of the source, the oldest first. Other commits are unknown. */
  source: readonly string[] = [];

  async isAncestor(repository: string, commit: string, of: string) {
    this.compared.push(`${repository}: ${commit} in ${of}`);
    const [a, b] = [this.source.indexOf(commit), this.source.indexOf(of)];
    return a < 0 || b < 0 ? undefined : a <= b;
  }

  async find(branch: string): Promise<PullRequestBranch> {
    const pull = this.pulls.find((open) => open.branch === branch && open.closedAt === undefined);
    const hasClosed = (wasMerged: boolean): boolean =>
      pull === undefined &&
      this.pulls.some(
        ({ closedAt, merged = false }) =>
          closedAt !== undefined && closedAt === this.branches.get(branch) && merged === wasMerged,
      );
    return {
      isRejected: hasClosed(false),
      isMerged: hasClosed(true),
      head: this.branches.has(branch) ? this.head(branch) : undefined,
      pull: pull && { ...pull, id: `P${pull.number}`, url: `https://github.test/pull/${pull.number}` },
    };
  }

  async compare(base: string, head: string) {
    const inBase = new Set<string>(this.#history(base).map(({ oid }) => oid));
    const history = this.#history(head);
    const mergeBase = history.find(({ oid }) => inBase.has(oid)) as Stored;
    const now = this.commits.get(head)?.files ?? {};
    return {
      mergeBase: mergeBase.oid,
      commits: history.filter(({ oid }) => !inBase.has(oid)).reverse(),
      files: Object.keys(now)
        .filter((path) => now[path] !== mergeBase.files[path])
        .slice(0, this.maxFiles),
      isComplete: this.maxFiles > 0,
    };
  }

  async moveBranches(moves: readonly BranchMove[]) {
    for (const { branch, from } of moves) {
      if (from !== 'any' && (this.branches.get(branch) ?? 'none') !== from)
        throw new HeadMovedError(`${branch} is elsewhere`);
    }
    for (const { branch, to } of moves) {
      if (to === 'none') this.branches.delete(branch);
      else this.branches.set(branch, to);
    }
  }

  /** Called before and after opening a pull request and enabling auto-merge: to throw, and so on. */
  beforePull: (attempt: number) => void = () => undefined;
  afterPull: (attempt: number) => void = () => undefined;
  #pullAttempts = 0;

  #change<T>(work: () => T): T {
    const attempt = ++this.#pullAttempts;
    this.beforePull(attempt);
    const result = work();
    this.afterPull(attempt);
    return result;
  }

  async create({ branch, title, body, isDraft }: NewPullRequest) {
    return this.#change(() => {
      const number = this.pulls.length + 1;
      const people = { requested: { users: [], teams: [] }, reviewed: [], assignees: [] };
      this.pulls.push({ number, branch, title, body, labels: [], isDraft, ...people });
      return { id: `P${number}`, number, url: `https://github.test/pull/${number}`, title, body, labels: [] };
    });
  }

  async update(number: number, title: string, body: string) {
    Object.assign(this.pulls[number - 1] ?? {}, { title, body });
  }

  async label(number: number, labels: readonly string[]) {
    this.pulls[number - 1]?.labels.push(...labels);
  }

  async peopleOf(number: number) {
    return structuredClone(this.pulls[number - 1] as FakePull);
  }

  async requestReviews(number: number, { users, teams }: Reviewers) {
    this.pulls[number - 1]?.requested.users.push(...users);
    this.pulls[number - 1]?.requested.teams.push(...teams);
  }

  async assign(number: number, logins: readonly string[]) {
    this.pulls[number - 1]?.assignees.push(...logins);
  }

  async autoMerge({ number }: { number: number }, method: string) {
    this.merges++;
    this.#change(() => Object.assign(this.pulls[number - 1] ?? {}, { merge: method }));
  }

  async stateOf(number: number) {
    const { branch = '', closedAt, merged = false, merge } = this.pulls[number - 1] ?? {};
    return {
      isOpen: closedAt === undefined,
      isMerged: merged,
      head: closedAt ?? this.branches.get(branch) ?? '',
      autoMerge: AUTO_MERGE.find((method) => method === merge),
    };
  }

  /** A squash merge by a person. The branch stays. */
  merge(number: number): void {
    const pull = this.pulls[number - 1];
    if (pull === undefined) throw new Error(`no pull request ${number}`);
    const head = this.head(pull.branch);
    this.push('main', head.files, pull.title);
    Object.assign(pull, { closedAt: head.oid, merged: true });
  }
}

export const lost = (action = 'committing to main'): never => {
  throw new ResponseLostError(action, 'the connection to api.github.com was lost: socket hang up');
};
