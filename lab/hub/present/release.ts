import type { RepositoryScope } from '../repository-call.ts';
import type { Asset, Release } from '../store/types.ts';
import { encodePath, nodeId } from '../urls.ts';
import { simpleUser } from './account.ts';

type Json = Record<string, unknown>;

/** The tag in the address of a release's page. A draft has no tag yet, and GitHub uses `untagged-…` for it. */
export function pageTag(release: Release): string {
  return release.draft ? `untagged-${release.id.toString(16).padStart(20, '0')}` : release.tag;
}

export function presentAsset(scope: RepositoryScope, release: Release, asset: Asset): Json {
  const { core, repository } = scope;
  return {
    url: core.urls.api(repository, `/releases/assets/${asset.id}`),
    id: asset.id,
    node_id: nodeId('ReleaseAsset', asset.id),
    name: asset.name,
    label: asset.label,
    uploader: simpleUser(core.urls, core.getAccount(asset.login)),
    content_type: asset.contentType,
    state: asset.state,
    size: asset.size,
    digest: asset.digest,
    download_count: asset.downloads,
    created_at: asset.createdAt,
    updated_at: asset.updatedAt,
    browser_download_url: core.urls.html(
      repository,
      `/releases/download/${encodePath(pageTag(release))}/${encodeURIComponent(asset.name)}`,
    ),
  };
}

export function getAssets(scope: RepositoryScope, release: Release): Asset[] {
  const { core, repository } = scope;
  return core.store.assets.list(repository.id).filter((asset) => asset.releaseId === release.id);
}

export function presentRelease(scope: RepositoryScope, release: Release): Json {
  const { core, repository } = scope;
  const url = core.urls.api(repository, `/releases/${release.id}`);
  const tag = encodePath(release.tag);
  return {
    url,
    assets_url: `${url}/assets`,
    upload_url: `${core.urls.uploads(repository, `/releases/${release.id}/assets`)}{?name,label}`,
    html_url: core.urls.html(repository, `/releases/tag/${encodePath(pageTag(release))}`),
    id: release.id,
    author: simpleUser(core.urls, core.getAccount(release.login)),
    node_id: nodeId('Release', release.id),
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft,
    immutable: release.immutable,
    prerelease: release.prerelease,
    created_at: release.createdAt,
    updated_at: release.updatedAt,
    published_at: release.publishedAt,
    ...(release.discussion === null
      ? {}
      : { discussion_url: core.urls.html(repository, `/discussions/${release.discussion}`) }),
    assets: getAssets(scope, release).map((asset) => presentAsset(scope, release, asset)),
    tarball_url: release.draft ? null : core.urls.api(repository, `/tarball/${tag}`),
    zipball_url: release.draft ? null : core.urls.api(repository, `/zipball/${tag}`),
  };
}
