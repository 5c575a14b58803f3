/**
 * Lists that lag. GitHub answers a list from a replica or an index, which may not have the newest changes yet, while a
 * lookup by id or number reads the object itself. The fault `lagMs` gives the hub's lists such a lag. Everything that
 * lists or finds by name what callers create asks here for what is visible.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type RefEntry, ZERO } from './git/repository.ts';
import type { RepositoryScope } from './repository-call.ts';
import type { Asset, Pull, Release } from './store/types.ts';

/** The lag of the request that is being served, in milliseconds. */
const current = new AsyncLocalStorage<number>();

/** Runs `work` with lists that do not show what happened in the last `lagMs` milliseconds. */
export function withLag<T>(lagMs: number, work: () => T): T {
  return current.run(lagMs, work);
}

interface RefMove {
  /** Where the ref was; `ZERO` when it did not exist. */
  before: string;
  time: number;
}

/** When things changed in this process, in milliseconds of its clock. What an earlier process changed is old. */
export class Changes {
  readonly #born = new Map<string, number>();
  readonly #moves = new Map<string, RefMove[]>();
  readonly #clock: () => number;

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock;
  }

  /** Records that something exists from now on, by the kind of thing and its id. */
  created(kind: 'release' | 'published' | 'asset' | 'pull', id: number): void {
    this.#born.set(`${kind} ${id}`, this.#clock());
  }

  moved(repositoryId: number, ref: string, before: string): void {
    const key = `${repositoryId} ${ref}`;
    const moves = this.#moves.get(key) ?? [];
    moves.push({ before, time: this.#clock() });
    this.#moves.set(key, moves);
  }

  isVisible(kind: 'release' | 'published' | 'asset' | 'pull', id: number): boolean {
    const lag = current.getStore();
    const born = this.#born.get(`${kind} ${id}`);
    return lag === undefined || born === undefined || born <= this.#clock() - lag;
  }

  /** Where a ref was before the moves that are not visible yet; undefined when all of them are visible. */
  visiblePosition(repositoryId: number, ref: string): string | undefined {
    const lag = current.getStore();
    if (lag === undefined) return undefined;
    const since = this.#clock() - lag;
    return this.#moves.get(`${repositoryId} ${ref}`)?.find(({ time }) => time > since)?.before;
  }
}

/** The releases of a list, in the order in which they were created, with drafts. */
export function visibleReleases({ core, repository }: RepositoryScope): Release[] {
  return core.store.releases.list(repository.id).filter((release) => core.changes.isVisible('release', release.id));
}

/** The published releases that can be found by their tag or as the latest. A draft becomes one when it is published. */
export function publishedReleases(scope: RepositoryScope): Release[] {
  return visibleReleases(scope).filter(
    (release) => !release.draft && scope.core.changes.isVisible('published', release.id),
  );
}

/** The published release of a tag, as `GET /releases/tags/TAG` and GraphQL's `release(tagName)` find it. */
export function findReleaseByTag(scope: RepositoryScope, tag: string): Release | undefined {
  return publishedReleases(scope).find((release) => release.tag === tag);
}

/** The list of a release's assets. The release itself shows all of them. */
export function visibleAssets({ core, repository }: RepositoryScope, release: Release): Asset[] {
  return core.store.assets
    .list(repository.id)
    .filter((asset) => asset.releaseId === release.id && core.changes.isVisible('asset', asset.id));
}

export function visiblePulls({ core, repository }: RepositoryScope): Pull[] {
  return core.store.pulls.list(repository.id).filter((pull) => core.changes.isVisible('pull', pull.id));
}

/** The refs with a prefix, by name. A ref that has just moved is where it was before. */
export async function visibleRefs({ core, repository }: RepositoryScope, prefix: string): Promise<RefEntry[]> {
  const git = core.git(repository);
  const refs = (await git.refs(prefix)).map(async (entry) => {
    const position = core.changes.visiblePosition(repository.id, entry.ref);
    if (position === undefined) return entry;
    const object = position === ZERO ? undefined : await git.info(position);
    return object && { ref: entry.ref, oid: object.oid, type: object.type };
  });
  return (await Promise.all(refs)).filter((entry) => entry !== undefined);
}

/** The commit from which a list of commits starts: that of a branch, tag or commit id; undefined when there is none. */
export async function visibleCommit({ core, repository }: RepositoryScope, name: string): Promise<string | undefined> {
  const git = core.git(repository);
  for (const ref of name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`]) {
    const position = core.changes.visiblePosition(repository.id, ref);
    if (position !== undefined) return position === ZERO ? undefined : git.resolveCommit(position);
  }
  return git.resolveCommit(name);
}
