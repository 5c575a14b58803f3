/** Releases and their assets as GraphQL nodes. */

import { findReleaseByTag, visibleAssets, visibleReleases } from '../lag.ts';
import { pageTag } from '../present/release.ts';
import { latestRelease } from '../releases/latest.ts';
import type { Asset, Release } from '../store/types.ts';
import { encodePath, nodeId } from '../urls.ts';
import { type Order, type PageArguments, presentNodes, toConnection } from './connection.ts';
import type { RepositoryRequest } from './context.ts';
import { presentActor, presentObject } from './objects.ts';
import { presentRefNode } from './refs.ts';

type Node = Record<string, unknown>;

export interface ReleasePage extends PageArguments {
  orderBy?: Order<'CREATED_AT' | 'NAME'> | null;
}

/** Only who may push sees drafts. */
function listReleases(request: RepositoryRequest): Release[] {
  const { core, actor, repository } = request;
  const seesDrafts = core.accounts.may(actor, repository, ['contents', 'write']);
  return visibleReleases(request).filter((release) => !release.draft || seesDrafts);
}

/** Without `orderBy` in the order of their creation: `last: 1` is the newest. */
export function presentReleases(request: RepositoryRequest, page: ReleasePage): unknown {
  const releases = listReleases(request);
  const { orderBy } = page;
  const key = (release: Release): string => (orderBy?.field === 'NAME' ? (release.name ?? '') : release.createdAt);
  if (orderBy) releases.sort((a, b) => key(a).localeCompare(key(b), 'en') || a.id - b.id);
  if (orderBy?.direction === 'DESC') releases.reverse();
  return presentNodes(toConnection(releases, page, 'releases'), (release) => presentReleaseNode(request, release));
}

/**
 * The release of a tag. Unlike the REST API it finds a draft, which is how `gh` looks for one:
 * https://github.com/cli/cli/blob/v2.23.0/pkg/cmd/release/shared/fetch.go
 */
export function findRelease(request: RepositoryRequest, tag: string): Node | null {
  const drafts = listReleases(request).filter((release) => release.draft && release.tag === tag);
  const found = findReleaseByTag(request, tag) ?? drafts.at(-1);
  return found ? presentReleaseNode(request, found) : null;
}

export function presentLatestRelease(request: RepositoryRequest): Node | null {
  const latest = latestRelease(request);
  return latest ? presentReleaseNode(request, latest) : null;
}

function presentReleaseNode(request: RepositoryRequest, release: Release): Node {
  const { core, repository } = request;
  const path = `/releases/tag/${encodePath(pageTag(release))}`;
  return {
    __typename: 'Release',
    id: nodeId('Release', release.id),
    databaseId: release.id,
    tagName: release.tag,
    tag: () => presentRefNode(request, `refs/tags/${release.tag}`),
    tagCommit: () => presentTagCommit(request, release.tag),
    name: release.name,
    description: release.body,
    isDraft: release.draft,
    isPrerelease: release.prerelease,
    isLatest: () => latestRelease(request)?.id === release.id,
    immutable: release.immutable,
    url: core.urls.html(repository, path),
    resourcePath: `/${repository.owner}/${repository.name}${path}`,
    createdAt: release.createdAt,
    publishedAt: release.publishedAt,
    updatedAt: release.updatedAt,
    author: () => presentActor(request, core.getAccount(release.login)),
    repository: () => request.repositoryNode(repository),
    releaseAssets: (page: PageArguments & { name?: string | null }) => {
      const assets = visibleAssets(request, release).filter(({ name }) => !page.name || name === page.name);
      return presentNodes(toConnection(assets, page, 'releaseAssets'), (asset) =>
        presentAssetNode(request, release, asset),
      );
    },
  };
}

async function presentTagCommit(request: RepositoryRequest, tag: string): Promise<Node | null> {
  const commit = await request.core.git(request.repository).resolveCommit(`refs/tags/${tag}`);
  return commit ? presentObject(request, commit) : null;
}

function presentAssetNode(request: RepositoryRequest, release: Release, asset: Asset): Node {
  const { core, repository } = request;
  const download = `/releases/download/${encodePath(pageTag(release))}/${encodeURIComponent(asset.name)}`;
  return {
    __typename: 'ReleaseAsset',
    id: nodeId('ReleaseAsset', asset.id),
    name: asset.name,
    size: asset.size,
    digest: asset.digest,
    contentType: asset.contentType,
    downloadCount: asset.downloads,
    downloadUrl: core.urls.html(repository, download),
    url: core.urls.api(repository, `/releases/assets/${asset.id}`),
    createdAt: asset.createdAt,
    updatedAt: asset.updatedAt,
    uploadedBy: () => presentActor(request, core.getAccount(asset.login)),
    release: () => presentReleaseNode(request, release),
  };
}
