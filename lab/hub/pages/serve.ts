/** Small pages, so that every `html_url` of the API shows something that a person can read. */

import type { Core } from '../core.ts';
import { isSafePath } from '../git/paths.ts';
import { getAssets, pageTag } from '../present/release.ts';
import { type ArchiveFormat, openArchive, openAsset } from '../releases/download.ts';
import { latestRelease } from '../releases/latest.ts';
import { releaseOfTag } from '../releases/tags.ts';
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
  [/^releases\/latest$/, latest],
  [/^releases\/latest\/download\/([^/]+)$/, latestDownload],
  [/^releases\/tag\/(.+)$/, releasePage],
  [/^releases\/download\/(.+)\/([^/]+)$/, download],
  [/^archive\/(.+)\.(tar\.gz|zip)$/, archive],
  [/^discussions\/(\d+)$/, discussion],
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
function download(scope: RepositoryScope, tag: string, name?: string): Response | undefined {
  const release = releaseOfTag(scope, tag);
  const asset = release && getAssets(scope, release).find((candidate) => candidate.name === name);
  return asset?.state === 'uploaded' ? openAsset(scope, asset) : undefined;
}

function redirect(scope: RepositoryScope, path: string): Response {
  return new Response(null, { status: 302, headers: { location: scope.core.urls.html(scope.repository, path) } });
}

/** https://docs.github.com/repositories/releasing-projects-on-github/linking-to-releases */
function latest(scope: RepositoryScope): Response {
  const release = latestRelease(scope);
  return redirect(scope, release ? `/releases/tag/${encodePath(release.tag)}` : '/releases');
}

function latestDownload(scope: RepositoryScope, name: string): Response | undefined {
  const release = latestRelease(scope);
  return release && redirect(scope, `/releases/download/${encodePath(release.tag)}/${encodePath(name)}`);
}

/** https://docs.github.com/repositories/working-with-files/using-files/downloading-source-code-archives */
async function archive(scope: RepositoryScope, ref: string, format = 'zip'): Promise<Response | undefined> {
  const { core, repository } = scope;
  const commit = await core.git(repository).resolveCommit(ref);
  const version = (ref.split('/').pop() ?? '').replace(/^v(?=\d)/, '');
  const name = `${repository.name}-${version}`;
  return commit === undefined ? undefined : openArchive(scope, { commit, name, format: format as ArchiveFormat });
}

/** The discussion of a release. The hub has no others, and no comments. */
function discussion(scope: RepositoryScope, number: string): Response | undefined {
  const { core, repository } = scope;
  const release = core.store.releases.list(repository.id).find((candidate) => candidate.discussion === Number(number));
  return release && redirect(scope, `/releases/tag/${encodePath(pageTag(release))}`);
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
