/**
 * Lists that lag. GitHub answers a list from a replica or an index, which may not have the newest changes yet, while a
 * lookup by id or number reads the object itself. The fault `lagMs` gives the hub's lists such a lag. Everything that
 * lists or finds by name what callers create asks here for what is visible.
 */
import { type RefEntry, ZERO } from './git/repository.ts';
import type { RepositoryScope } from './repository-call.ts';
import type { Asset, Pull, Release } from './store/types.ts';

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
