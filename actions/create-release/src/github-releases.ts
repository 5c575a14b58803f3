import { type GitHub, statusOf } from '../../lib/github.ts';
import type { RepositoryName } from '../../lib/identifiers.ts';
import type { Asset, AssetContent, Release, ReleaseFields, Releases } from './releases.ts';
import { postStream } from './upload.ts';

/** The fields that are read of GitHub's answers: https://docs.github.com/rest/releases */
interface RawRelease {
  id: number;
  tag_name: string;
  name?: string | null;
  body?: string | null;
  draft: boolean;
  prerelease: boolean;
  immutable?: boolean;
  html_url: string;
  upload_url: string;
  assets?: readonly unknown[];
}

interface RawAsset {
  id: number;
  name: string;
  label?: string | null;
  size: number;
  state: string;
  digest?: string | null;
  browser_download_url: string;
}

const PAGE = { per_page: 100 };
/** Not repeated by the client: the caller looks what became of the request. */
const ONCE = { request: { retries: 0 } };

/** Releases by the REST API. */
export function openReleases(github: GitHub, repository: RepositoryName, token: string): Releases {
  const [owner = '', repo = ''] = repository.split('/');
  const where = { owner, repo };
  const { repos } = github.rest;
  return {
    async ofTag(tag) {
      const all: RawRelease[] = await github.paginate(repos.listReleases, { ...where, ...PAGE });
      return all.filter((each) => each.tag_name === tag).map(toRelease);
    },
    async get(id) {
      return toRelease((await repos.getRelease({ ...where, release_id: id })).data);
    },
    async latestId() {
      try {
        return (await repos.getLatestRelease(where)).data.id;
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    async create(fields) {
      return toRelease((await repos.createRelease({ ...where, ...toRaw(fields), ...ONCE })).data);
    },
    async update(id, fields) {
      const { data } = await repos.updateRelease({ ...where, release_id: id, ...toRaw(fields), ...ONCE });
      return toRelease(data);
    },
    remove: (id) => gone(repos.deleteRelease({ ...where, release_id: id })),
    async assets(releaseId) {
      const all: RawAsset[] = await github.paginate(repos.listReleaseAssets, {
        ...where,
        release_id: releaseId,
        ...PAGE,
      });
      return all.map(toAsset);
    },
    async upload(release, content) {
      return toAsset((await postStream(uploadAddress(release.uploadUrl, content), content, token)) as RawAsset);
    },
    removeAsset: (id) => gone(repos.deleteReleaseAsset({ ...where, asset_id: id })),
    async generateNotes(tag, target, previousTag) {
      const { data } = await repos.generateReleaseNotes({
        ...where,
        tag_name: tag,
        ...(target === undefined ? {} : { target_commitish: target }),
        ...(previousTag === undefined ? {} : { previous_tag_name: previousTag }),
      });
      return data.body;
    },
  };
}

/** A deletion is done also when there is nothing (any more) to delete. */
async function gone(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** The server's template `…/assets{?name,label}` with its two values. */
function uploadAddress(template: string, { name, label }: AssetContent): string {
  const address = new URL(template.replace(/\{[^}]*\}$/, ''));
  address.searchParams.set('name', name);
  if (label !== undefined) address.searchParams.set('label', label);
  return address.href;
}

function toRaw({ tag, target, name, body, draft, prerelease, latest }: ReleaseFields) {
  return {
    tag_name: tag,
    ...(target === undefined ? {} : { target_commitish: target }),
    name,
    body,
    draft,
    prerelease,
    ...(latest === undefined ? {} : { make_latest: latest ? ('true' as const) : ('false' as const) }),
  };
}

function toRelease(raw: RawRelease): Release {
  return {
    id: raw.id,
    tag: raw.tag_name,
    name: raw.name ?? '',
    body: raw.body ?? '',
    draft: raw.draft,
    prerelease: raw.prerelease,
    immutable: raw.immutable ?? false,
    url: raw.html_url,
    uploadUrl: raw.upload_url,
    assetCount: raw.assets?.length ?? 0,
  };
}

function toAsset(raw: RawAsset): Asset {
  return {
    id: raw.id,
    name: raw.name,
    label: raw.label ?? undefined,
    size: raw.size,
    complete: raw.state === 'uploaded',
    digest: raw.digest ?? undefined,
    url: raw.browser_download_url,
  };
}
