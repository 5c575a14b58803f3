/** Small pages, so that every `html_url` of the API shows something that a person can read. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Core } from '../core.ts';
import { isSafePath } from '../git/paths.ts';
import { getAssets, pageTag } from '../present/release.ts';
import type { RepositoryScope } from '../repository-call.ts';
import { encodePath } from '../urls.ts';
import { html, page } from './html.ts';
import { commitPage, comparePage, homePage, pullPage, releasePage, releasesPage, runPage, runsPage } from './views.ts';

type View = (
  scope: RepositoryScope,
  first: string,
  second?: string,
) => Promise<Response | undefined> | Response | undefined;

/** The pages of a repository. A view gets the groups of its pattern. */
const VIEWS: readonly (readonly [RegExp, View])[] = [
  [/^$/, homePage],
  [/^releases$/, releasesPage],
  [/^releases\/tag\/(.+)$/, releasePage],
  [/^releases\/download\/(.+)\/([^/]+)$/, download],
  [/^pull\/(\d+)$/, pullPage],
  [/^commit\/([0-9a-f]{4,40})$/, commitPage],
  [/^compare\/(.+?)\.\.\.(.+)$/, comparePage],
  [/^actions$/, runsPage],
  [/^actions\/runs\/(\d+)(?:\/job\/(\d+))?$/, runPage],
  [/^(?:blob|raw|tree)\/([^/]+)\/(.+)$/, file],
];

/** Only public repositories have pages, because pages are seen without a token. */
export async function servePage(core: Core, request: Request, url: URL): Promise<Response> {
  const missing = page('Not found', html`<h1>404</h1><p>This hub does not have that page.</p>`, 404);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return Response.json({ message: 'Not Found' }, { status: 404 });
  if (url.pathname === '/') return overview(core);
  const [, owner = '', name = '', rest = ''] =
    /^\/([^/]+)\/([^/]+?)(?:\.git)?(?:\/(.*))?$/.exec(decode(url.pathname)) ?? [];
  const repository = core.store.repository(owner, name);
  if (!repository || repository.private) return missing;
  for (const [pattern, view] of VIEWS) {
    const match = pattern.exec(rest.replace(/\/$/, ''));
    if (match) return (await view({ core, repository }, match[1] ?? '', match[2])) ?? missing;
  }
  return missing;
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

/** The files of a draft cannot be downloaded. */
async function download(scope: RepositoryScope, tag: string, name?: string): Promise<Response | undefined> {
  const { core, repository } = scope;
  const release = core.store.releases
    .list(repository.id)
    .find((candidate) => !candidate.draft && pageTag(candidate) === tag);
  const asset = release && getAssets(scope, release).find((candidate) => candidate.name === name);
  if (asset?.state !== 'uploaded') return undefined;
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

async function file(scope: RepositoryScope, ref: string, path = ''): Promise<Response | undefined> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const commit = await git.resolveCommit(ref);
  const blob = commit && isSafePath(path) ? await git.read(`${commit}:${path}`) : undefined;
  if (blob?.type !== 'blob') return undefined;
  return new Response(new Uint8Array(blob.content), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
}
