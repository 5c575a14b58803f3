import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ApiError, invalid, notFound } from '../errors.ts';
import { visibleAssets } from '../lag.ts';
import { getAssets, presentAsset } from '../present/release.ts';
import { toStoredName } from '../releases/asset-name.ts';
import { openAsset } from '../releases/download.ts';
import { type Call, created, type Handlers, NO_CONTENT, ok, type Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { Asset, Release } from '../store/types.ts';
import { getRelease } from './releases.ts';

function getAsset(call: Call): { asset: Asset; release: Release } {
  const asset = call.core.store.assets.get(call.repository.id, call.number('asset_id'));
  if (!asset) throw notFound();
  return { asset, release: getRelease(call, asset.releaseId) };
}

/** https://docs.github.com/code-security/supply-chain-security/understanding-your-software-supply-chain/immutable-releases */
function requireMutable(release: Release): void {
  if (!release.immutable) return;
  const message = 'Cannot upload assets to an immutable release.';
  throw new ApiError(422, message, { errors: [{ resource: 'ReleaseAsset', code: 'custom', message }] });
}

function requireFreeName(call: Call, release: Release, name: string): void {
  const taken = getAssets(call, release).some((asset) => asset.name === name);
  if (taken) throw invalid('ReleaseAsset', 'name', { code: 'already_exists' });
}

async function upload(call: Call): Promise<Reply> {
  const { core, repository, upload: sent } = call;
  const release = getRelease(call);
  requireMutable(release);
  const name = toStoredName(call.queryText('name') ?? '');
  if (name === '') throw invalid('ReleaseAsset', 'name', { code: 'missing_field' });
  if (!sent || (sent.complete && sent.size === 0)) throw new ApiError(400, 'Bad Content-Length: the asset is empty');
  requireFreeName(call, release, name);
  const time = now();
  const asset: Asset = {
    id: core.store.nextId(),
    // https://docs.github.com/rest/releases/assets#upload-a-release-asset describes what a failed upload leaves.
    state: sent.complete ? 'uploaded' : 'starter',
    releaseId: release.id,
    name,
    label: call.queryText('label') ?? '',
    contentType: call.contentType || 'application/octet-stream',
    size: sent.complete ? sent.size : 0,
    digest: sent.complete ? sent.digest : null,
    login: call.actor.account.login,
    downloads: 0,
    createdAt: time,
    updatedAt: time,
  };
  // The record comes last and the rename is atomic, so that a hub that is killed here leaves no partial asset.
  if (sent.complete) await rename(sent.file, join(core.assetDirectory, String(asset.id)));
  core.changes.created('asset', asset.id);
  core.store.assets.put(repository.id, asset.id, asset);
  if (!sent.complete) throw new ApiError(400, 'The connection was closed before the request was complete');
  return created(presentAsset(call, release, asset));
}

/** The bytes are at another address: https://docs.github.com/rest/releases/assets#get-a-release-asset */
function get(call: Call): Reply {
  const { core, repository } = call;
  const { asset, release } = getAsset(call);
  if (!call.accept.includes('application/octet-stream')) return ok(presentAsset(call, release, asset));
  if (asset.state !== 'uploaded') throw notFound();
  const location = core.downloads.link(async () => openAsset({ core, repository }, asset));
  return { status: 302, headers: { location } };
}

function update(call: Call): Reply {
  const { core, repository } = call;
  const { asset, release } = getAsset(call);
  requireMutable(release);
  const body = call.body<{ name?: string; label?: string }>();
  const name = body.name === undefined ? asset.name : toStoredName(body.name);
  if (name !== asset.name) requireFreeName(call, release, name);
  const changed = { ...asset, name, label: body.label ?? asset.label, updatedAt: now() };
  return ok(presentAsset(call, release, core.store.assets.put(repository.id, asset.id, changed)));
}

async function remove(call: Call): Promise<Reply> {
  const { asset, release } = getAsset(call);
  if (release.immutable) throw new ApiError(422, 'Cannot delete assets from an immutable release.');
  call.core.store.assets.remove(call.repository.id, asset.id);
  await rm(join(call.core.assetDirectory, String(asset.id)), { force: true });
  return NO_CONTENT;
}

export const assetHandlers: Handlers = {
  'repos/list-release-assets': (call) => {
    const release = getRelease(call);
    return call.list(visibleAssets(call, release), (asset) => presentAsset(call, release, asset));
  },
  'repos/upload-release-asset': upload,
  'repos/get-release-asset': get,
  'repos/update-release-asset': update,
  'repos/delete-release-asset': remove,
};
