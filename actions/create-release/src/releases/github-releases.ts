import type { RepositoryName } from '../../../lib/identifiers.ts';
import { type GitHub, paginate, responseData, statusOf } from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import type { Asset, AssetContent, Release, ReleaseFields, Releases } from './releases.ts';
import { postStream } from './upload.ts';

/** Items on one page of a list. */
const PAGE_SIZE = 100;
/** Not retried by the client: the caller checks the outcome. */
const NO_RETRIES = { request: { retries: 0 } };

/** Releases by the REST API. */
export function createReleases(github: GitHub, repository: RepositoryName, token: string): Releases {
  const [owner = '', repo = ''] = repository.split('/');
  const ownerAndRepo = { owner, repo };
  const { repos } = github.rest;
  return {
    async listForTag(tag) {
      const pages = paginate('the list of releases', (page) =>
        repos.listReleases({ ...ownerAndRepo, per_page: PAGE_SIZE, page }),
      );
      const all: Release[] = [];
      for await (const page of pages)
        for (const raw of page) if (raw.at('tag_name').string() === tag) all.push(toRelease(raw));
      return all;
    },
    async get(id) {
      return toRelease(responseData(await repos.getRelease({ ...ownerAndRepo, release_id: id }), `the release ${id}`));
    },
    async latestId() {
      try {
        return responseData(await repos.getLatestRelease(ownerAndRepo), 'the latest release')
          .at('id')
          .integer();
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    async create(fields) {
      return toRelease(
        responseData(
          await repos.createRelease({ ...ownerAndRepo, ...toRaw(fields), ...NO_RETRIES }),
          `the new release ${fields.tag}`,
        ),
      );
    },
    async update(id, fields) {
      const response = await repos.updateRelease({ ...ownerAndRepo, release_id: id, ...toRaw(fields), ...NO_RETRIES });
      return toRelease(responseData(response, `the changed release ${fields.tag}`));
    },
    deleteRelease: (id) => ignoreNotFound(repos.deleteRelease({ ...ownerAndRepo, release_id: id })),
    async assets(releaseId) {
      const pages = paginate(`the list of files of the release ${releaseId}`, (page) =>
        repos.listReleaseAssets({ ...ownerAndRepo, release_id: releaseId, per_page: PAGE_SIZE, page }),
      );
      const all: Asset[] = [];
      for await (const page of pages) for (const raw of page) all.push(toAsset(raw));
      return all;
    },
    async uploadAsset(release, content) {
      return toAsset(await postStream({ url: uploadAddress(release.uploadUrl, content), token }, content));
    },
    deleteAsset: (id) => ignoreNotFound(repos.deleteReleaseAsset({ ...ownerAndRepo, asset_id: id })),
    async generateNotes(tag, target, previousTag) {
      const response = await repos.generateReleaseNotes({
        ...ownerAndRepo,
        tag_name: tag,
        ...(target === undefined ? {} : { target_commitish: target }),
        ...(previousTag === undefined ? {} : { previous_tag_name: previousTag }),
      });
      return responseData(response, `the notes of ${tag}`).at('body').string();
    },
  };
}

/** A deletion also succeeds when there is nothing to delete. */
async function ignoreNotFound(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}

/** The server's template `…/assets{?name,label}` without its variables. */
const withoutVariables = (template: string): string => template.replace(/\{[^}]*\}$/, '');

function parseTemplate(text: string): Parsed<string> {
  const address = withoutVariables(text);
  const isWeb = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
  return isWeb ? { value: text } : { problem: 'is not a URL' };
}

/** The address from a template and its two values. */
function uploadAddress(template: string, { name, label }: AssetContent): string {
  const address = new URL(withoutVariables(template));
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

/** The fields of GitHub's responses that are used: https://docs.github.com/rest/releases */
function toRelease(raw: ResponseData): Release {
  return {
    id: raw.at('id').integer(),
    tag: raw.at('tag_name').string(),
    name: raw.at('name').optional?.string() ?? '',
    body: raw.at('body').optional?.string() ?? '',
    draft: raw.at('draft').boolean(),
    prerelease: raw.at('prerelease').boolean(),
    immutable: raw.at('immutable').optional?.boolean() ?? false,
    url: raw.at('html_url').string(),
    uploadUrl: raw.at('upload_url').parsed(parseTemplate),
    assetCount: raw.at('assets').optional?.list().length ?? 0,
  };
}

function toAsset(raw: ResponseData): Asset {
  return {
    id: raw.at('id').integer(),
    name: raw.at('name').string(),
    label: raw.at('label').optional?.string(),
    size: raw.at('size').integer(),
    complete: raw.at('state').string() === 'uploaded',
    digest: raw.at('digest').optional?.string(),
    url: raw.at('browser_download_url').string(),
  };
}
