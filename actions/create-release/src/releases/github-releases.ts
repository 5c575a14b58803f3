import { paginate, responseData, statusOf } from '../../../lib/requests/github.ts';
import type { ResponseData } from '../../../lib/requests/responses.ts';
import type { Parsed } from '../../../lib/runner/inputs.ts';
import { type GraphqlEndpoint, readReleaseState } from '../history/overview.ts';
import { downloadText } from './download.ts';
import type { Asset, AssetContent, Release, ReleaseChanges, Releases } from './releases.ts';
import { postStream } from './upload.ts';

/** Items on one page of a list. */
const PAGE_SIZE = 100;
/**
 * A release with fewer files has them all in its own response. GitHub documents no limit for them; 30 is the size of
 * a page of its lists: https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
 */
const EMBEDDED_ASSETS = 30;
/** Not retried by the client: the caller checks the outcome. */
const NO_RETRIES = { request: { retries: 0 } };

/** Releases by GitHub's API. */
export function createReleases(endpoint: GraphqlEndpoint, token: string): Releases {
  const { github, repository } = endpoint;
  const [owner = '', repo = ''] = repository.split('/');
  const ownerAndRepo = { owner, repo };
  const { repos } = github.rest;

  async function withAllAssets(raw: ResponseData): Promise<Release> {
    const release = toRelease(raw);
    const embedded = raw.at('assets').optional?.list().length ?? EMBEDDED_ASSETS;
    return embedded < EMBEDDED_ASSETS ? release : { ...release, assets: await listAssets(release.id) };
  }

  async function listAssets(releaseId: number): Promise<Asset[]> {
    const pages = paginate(`the list of files of the release ${releaseId}`, (page) =>
      repos.listReleaseAssets({ ...ownerAndRepo, release_id: releaseId, per_page: PAGE_SIZE, page }),
    );
    const all: Asset[] = [];
    for await (const page of pages) for (const raw of page) all.push(toAsset(raw));
    return all;
  }

  return {
    state: (tag) => readReleaseState(endpoint, tag),
    async get(id) {
      return withAllAssets(
        responseData(await repos.getRelease({ ...ownerAndRepo, release_id: id }), `the release ${id}`),
      );
    },
    async create(fields) {
      return toRelease(
        responseData(
          await repos.createRelease({ ...ownerAndRepo, ...toRaw(fields), ...NO_RETRIES }),
          `the new release ${fields.tag}`,
        ),
      );
    },
    async update(id, changes) {
      const response = await repos.updateRelease({ ...ownerAndRepo, release_id: id, ...toRaw(changes), ...NO_RETRIES });
      return withAllAssets(responseData(response, `the changed release ${changes.tag}`));
    },
    deleteRelease: (id) => ignoreNotFound(repos.deleteRelease({ ...ownerAndRepo, release_id: id })),
    async uploadAsset(release, content) {
      return toAsset(await postStream({ url: uploadAddress(release.uploadUrl, content), token }, content));
    },
    deleteAsset: (id) => ignoreNotFound(repos.deleteReleaseAsset({ ...ownerAndRepo, asset_id: id })),
    readAsset(id) {
      const { url } = repos.getReleaseAsset.endpoint({ ...ownerAndRepo, asset_id: id });
      return downloadText({ url, token });
    },
    async generateNotes(tag, { target, previousTag, configurationFile }) {
      const response = await repos.generateReleaseNotes({
        ...ownerAndRepo,
        tag_name: tag,
        ...(target === undefined ? {} : { target_commitish: target }),
        ...(previousTag === undefined ? {} : { previous_tag_name: previousTag }),
        ...(configurationFile === undefined ? {} : { configuration_file_path: configurationFile }),
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

function toRaw({ tag, target, name, body, draft, prerelease, latest, discussionCategory }: ReleaseChanges) {
  return {
    tag_name: tag,
    ...(target === undefined ? {} : { target_commitish: target }),
    ...(name === undefined ? {} : { name }),
    ...(body === undefined ? {} : { body }),
    ...(draft === undefined ? {} : { draft }),
    ...(prerelease === undefined ? {} : { prerelease }),
    ...(latest === undefined ? {} : { make_latest: latest ? ('true' as const) : ('false' as const) }),
    ...(discussionCategory === undefined ? {} : { discussion_category_name: discussionCategory }),
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
    discussionUrl: raw.at('discussion_url').optional?.string(),
    tarballUrl: raw.at('tarball_url').optional?.string() ?? '',
    zipballUrl: raw.at('zipball_url').optional?.string() ?? '',
    uploadUrl: raw.at('upload_url').parsed(parseTemplate),
    assets: raw.at('assets').optional?.list().map(toAsset) ?? [],
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
