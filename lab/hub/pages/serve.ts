/** Small pages, so that every `html_url` the API gives out shows something a person can read. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Core } from '../core.ts';
import { isSafePath } from '../git/paths.ts';
import { assetsOf, pageTag } from '../present/release.ts';
import type { Release, Repository } from '../store/types.ts';
import { encodePath } from '../urls.ts';
import { html, page } from './html.ts';
import { commitPage, comparePage, homePage, pullPage, releasePage, releasesPage, runPage, runsPage } from './views.ts';

type View = (
  core: Core,
  repository: Repository,
  match: RegExpExecArray,
) => Promise<Response | undefined> | Response | undefined;

const VIEWS: readonly (readonly [RegExp, View])[] = [
  [/^$/, (core, repository) => homePage(core, repository)],
  [/^releases$/, (core, repository) => releasesPage(core, repository)],
  [/^releases\/tag\/(.+)$/, (core, repository, match) => releasePage(core, repository, match[1] ?? '')],
  [
    /^releases\/download\/(.+)\/([^/]+)$/,
    (core, repository, match) => download(core, repository, match[1] ?? '', match[2] ?? ''),
  ],
  [/^pull\/(\d+)$/, (core, repository, match) => pullPage(core, repository, Number(match[1]))],
  [/^commit\/([0-9a-f]{4,40})$/, (core, repository, match) => commitPage(core, repository, match[1] ?? '')],
  [
    /^compare\/(.+?)\.\.\.(.+)$/,
    (core, repository, match) => comparePage(core, repository, match[1] ?? '', match[2] ?? ''),
  ],
  [/^actions$/, (core, repository) => runsPage(core, repository)],
  [
    /^actions\/runs\/(\d+)(?:\/job\/(\d+))?$/,
    (core, repository, match) => runPage(core, repository, Number(match[1]), match[2]),
  ],
  [
    /^(?:blob|raw|tree)\/([^/]+)\/(.+)$/,
    (core, repository, match) => file(core, repository, match[1] ?? '', match[2] ?? ''),
  ],
];

/** Only public repositories have pages: a page is seen without a token. */
export async function servePage(core: Core, request: Request, url: URL): Promise<Response> {
  const gone = page('Not found', html`<h1>404</h1><p>This hub has no such page.</p>`, 404);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return Response.json({ message: 'Not Found' }, { status: 404 });
  if (url.pathname === '/') return overview(core);
  const [, owner = '', name = '', rest = ''] =
    /^\/([^/]+)\/([^/]+?)(?:\.git)?(?:\/(.*))?$/.exec(decode(url.pathname)) ?? [];
  const repository = core.store.repository(owner, name);
  if (!repository || repository.private) return gone;
  for (const [pattern, view] of VIEWS) {
    const match = pattern.exec(rest.replace(/\/$/, ''));
    if (match) return (await view(core, repository, match)) ?? gone;
  }
  return gone;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}

function overview(core: Core): Response {
  const items = core
    .repositories()
    .filter((repository) => !repository.private)
    .map(
      (repository) =>
        html`<li><a href="${core.urls.html(repository)}">${repository.owner}/${repository.name}</a> ${repository.description}</li>`,
    );
  return page('Hub', html`<h1>Repositories</h1><ul>${items}</ul>`);
}

/** A draft's files are downloaded through the API, with a token. */
async function download(core: Core, repository: Repository, tag: string, name: string): Promise<Response | undefined> {
  const release = core.store.releases.list(repository.id).find((each: Release) => !each.draft && pageTag(each) === tag);
  const asset = release && assetsOf(core, repository, release).find((each) => each.name === name);
  if (!asset) return undefined;
  const bytes = await readFile(join(core.assetDirectory, String(asset.id)));
  core.store.assets.put(repository.id, asset.id, { ...asset, downloads: asset.downloads + 1 });
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': asset.contentType,
      'content-disposition': `attachment; filename*=UTF-8''${encodePath(asset.name)}`,
      'x-content-type-options': 'nosniff',
    },
  });
}

async function file(core: Core, repository: Repository, ref: string, path: string): Promise<Response | undefined> {
  const git = core.git(repository);
  const commit = await git.resolveCommit(ref);
  const blob = commit && isSafePath(path) ? await git.read(`${commit}:${path}`) : undefined;
  if (blob?.type !== 'blob') return undefined;
  return new Response(new Uint8Array(blob.content), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}
