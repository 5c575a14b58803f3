import type { Answer } from '../../lib/answers.ts';
import { answerTo, type GitHub, pagesOf, statusOf } from '../../lib/github.ts';
import type { RepositoryName } from '../../lib/identifiers.ts';
import type { Parsed } from '../../lib/inputs.ts';
import type { Asset, AssetContent, Release, ReleaseFields, Releases } from './releases.ts';
import { postStream } from './upload.ts';

/** Of a list. */
const PAGE_SIZE = 100;
/** Not repeated by the client: the caller looks what became of the request. */
const ONCE = { request: { retries: 0 } };

/** Releases by the REST API. */
export function openReleases(github: GitHub, repository: RepositoryName, token: string): Releases {
  const [owner = '', repo = ''] = repository.split('/');
  const where = { owner, repo };
  const { repos } = github.rest;
  return {
    async ofTag(tag) {
      const pages = pagesOf('the list of releases', (page) =>
        repos.listReleases({ ...where, per_page: PAGE_SIZE, page }),
      );
      const all: Release[] = [];
      for await (const page of pages)
        for (const raw of page) if (raw.at('tag_name').text() === tag) all.push(toRelease(raw));
      return all;
    },
    async get(id) {
      return toRelease(answerTo(await repos.getRelease({ ...where, release_id: id }), `the release ${id}`));
    },
    async latestId() {
      try {
        return answerTo(await repos.getLatestRelease(where), 'the latest release')
          .at('id')
          .count();
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    async create(fields) {
      return toRelease(
        answerTo(await repos.createRelease({ ...where, ...toRaw(fields), ...ONCE }), `the new release ${fields.tag}`),
      );
    },
    async update(id, fields) {
      const response = await repos.updateRelease({ ...where, release_id: id, ...toRaw(fields), ...ONCE });
      return toRelease(answerTo(response, `the changed release ${fields.tag}`));
    },
    remove: (id) => gone(repos.deleteRelease({ ...where, release_id: id })),
    async assets(releaseId) {
      const pages = pagesOf(`the list of files of the release ${releaseId}`, (page) =>
        repos.listReleaseAssets({ ...where, release_id: releaseId, per_page: PAGE_SIZE, page }),
      );
      const all: Asset[] = [];
      for await (const page of pages) for (const raw of page) all.push(toAsset(raw));
      return all;
    },
    async upload(release, content) {
      return toAsset(await postStream({ url: uploadAddress(release.uploadUrl, content), token }, content));
    },
    removeAsset: (id) => gone(repos.deleteReleaseAsset({ ...where, asset_id: id })),
    async generateNotes(tag, target, previousTag) {
      const response = await repos.generateReleaseNotes({
        ...where,
        tag_name: tag,
        ...(target === undefined ? {} : { target_commitish: target }),
        ...(previousTag === undefined ? {} : { previous_tag_name: previousTag }),
      });
      return answerTo(response, `the notes of ${tag}`).at('body').text();
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

/** The server's template `…/assets{?name,label}` without its variables. */
const withoutVariables = (template: string): string => template.replace(/\{[^}]*\}$/, '');

function parseTemplate(text: string): Parsed<string> {
  const address = withoutVariables(text);
  const isWeb = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
  return isWeb ? { value: text } : { problem: 'is no address' };
}

/** The address of a template with its two values. */
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

/** The fields that are read of GitHub's answers: https://docs.github.com/rest/releases */
function toRelease(raw: Answer): Release {
  return {
    id: raw.at('id').count(),
    tag: raw.at('tag_name').text(),
    name: raw.at('name').there?.text() ?? '',
    body: raw.at('body').there?.text() ?? '',
    draft: raw.at('draft').boolean(),
    prerelease: raw.at('prerelease').boolean(),
    immutable: raw.at('immutable').there?.boolean() ?? false,
    url: raw.at('html_url').text(),
    uploadUrl: raw.at('upload_url').parsed(parseTemplate),
    assetCount: raw.at('assets').there?.list().length ?? 0,
  };
}

function toAsset(raw: Answer): Asset {
  return {
    id: raw.at('id').count(),
    name: raw.at('name').text(),
    label: raw.at('label').there?.text(),
    size: raw.at('size').count(),
    complete: raw.at('state').text() === 'uploaded',
    digest: raw.at('digest').there?.text(),
    url: raw.at('browser_download_url').text(),
  };
}
