import { commitsBetween } from '../git/commits.ts';
import { splitMessage } from '../git/objects.ts';
import { diffEntries } from '../present/diff.ts';
import { getAssets, pageTag } from '../present/release.ts';
import type { RepositoryScope } from '../repository-call.ts';
import { equalsIgnoreCase } from '../store/runs.ts';
import type { Release, Repository } from '../store/types.ts';
import { encodePath } from '../urls.ts';
import { type Html, html, page } from './html.ts';

const fullName = (repository: Repository): string => `${repository.owner}/${repository.name}`;

function heading(scope: RepositoryScope, title: string): Html {
  const { core, repository } = scope;
  const link = core.urls.html(repository);
  return html`<p><a href="${link}">${fullName(repository)}</a> · <a href="${link}/releases">releases</a> ·
    <a href="${link}/actions">actions</a></p><h1>${title}</h1>`;
}

export async function homePage(scope: RepositoryScope): Promise<Response> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const refs = [...(await git.refs('refs/heads/')), ...(await git.refs('refs/tags/'))];
  const rows = refs.map(
    ({ ref, oid }) =>
      html`<tr><td>${ref.replace('refs/', '')}</td><td><a href="${core.urls.html(repository, `/commit/${oid}`)}">${oid.slice(0, 12)}</a></td></tr>`,
  );
  const pulls = core.store.pulls
    .list(repository.id)
    .map(
      (pull) =>
        html`<li><a href="${core.urls.html(repository, `/pull/${pull.number}`)}">#${pull.number} ${pull.title}</a></li>`,
    );
  return page(
    fullName(repository),
    html`${heading(scope, fullName(repository))}<p>${repository.description}</p>
    <table>${rows}</table><h2>Pull requests</h2><ul>${pulls}</ul>`,
  );
}

function releaseLink(scope: RepositoryScope, release: Release): string {
  const { core, repository } = scope;
  return core.urls.html(repository, `/releases/tag/${encodePath(pageTag(release))}`);
}

export function releasesPage(scope: RepositoryScope): Response {
  const { core, repository } = scope;
  const items = core.store.releases
    .list(repository.id)
    .filter((release) => !release.draft)
    .reverse()
    .map(
      (release) =>
        html`<li><a href="${releaseLink(scope, release)}">${release.name ?? release.tag}</a> ${release.publishedAt}</li>`,
    );
  return page('Releases', html`${heading(scope, 'Releases')}<ul>${items}</ul>`);
}

/** The page of a draft is only found by its address, `untagged-…`. GitHub requires a login there. */
export function releasePage(scope: RepositoryScope, tag: string): Response | undefined {
  const { core, repository } = scope;
  const release = core.store.releases.list(repository.id).find((candidate) => pageTag(candidate) === tag);
  if (!release) return undefined;
  const assets = getAssets(scope, release).map((asset) => {
    const link = core.urls.html(repository, `/releases/download/${encodePath(tag)}/${encodePath(asset.name)}`);
    return html`<tr><td><a href="${link}">${asset.name}</a></td><td>${asset.size} bytes</td><td><code>${asset.digest}</code></td></tr>`;
  });
  const kind = release.draft ? 'draft' : release.prerelease ? 'pre-release' : 'release';
  return page(
    release.name ?? release.tag,
    html`${heading(scope, release.name ?? release.tag)}
    <p class="muted">${kind} ${release.tag} · ${release.publishedAt ?? release.createdAt} · ${release.login}</p>
    <pre>${release.body}</pre><h2>Assets</h2><table>${assets}</table>`,
  );
}

export async function pullPage(scope: RepositoryScope, number: string): Promise<Response | undefined> {
  const { core, repository } = scope;
  const pull = core.store.pulls.get(repository.id, number);
  if (!pull) return undefined;
  const state = pull.mergedAt ? `merged by ${pull.mergedBy}` : pull.state;
  const from = await core.git(repository).mergeBase(pull.baseSha, pull.headSha);
  return page(
    pull.title,
    html`${heading(scope, `#${pull.number} ${pull.title}`)}
    <p class="muted">${state} · ${pull.login} wants to merge ${pull.headRef} into ${pull.baseRef}</p><pre>${pull.body}</pre>
    ${await renderDiff(scope, from, pull.headSha)}`,
  );
}

export async function commitPage(scope: RepositoryScope, sha: string): Promise<Response | undefined> {
  const { core, repository } = scope;
  const oid = await core.git(repository).resolveCommit(sha);
  const commit = oid && (await core.git(repository).commit(oid));
  if (!commit) return undefined;
  const { verified, reason } = await core.verify(repository, commit);
  const { headline } = splitMessage(commit.message);
  return page(
    headline,
    html`${heading(scope, headline)}<p class="muted">${commit.oid} · ${commit.author.name} · ${commit.author.date} ·
    ${verified ? 'Verified' : reason}</p><pre>${commit.message}</pre>${await renderDiff(scope, commit.parents[0], commit.oid)}`,
  );
}

export async function comparePage(scope: RepositoryScope, base: string, head = ''): Promise<Response | undefined> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const [from, to] = [await git.resolveCommit(base), await git.resolveCommit(head)];
  if (!from || !to) return undefined;
  const commits = (await commitsBetween(git, { base: from, head: to })).map(
    (commit) =>
      html`<li><a href="${core.urls.html(repository, `/commit/${commit.oid}`)}">${splitMessage(commit.message).headline}</a></li>`,
  );
  return page(
    `${base}...${head}`,
    html`${heading(scope, `${base}...${head}`)}<ul>${commits}</ul>${await renderDiff(scope, from, to)}`,
  );
}

async function renderDiff(scope: RepositoryScope, base: string | undefined, head: string): Promise<Html> {
  const entries = await diffEntries(scope, base, head);
  return html`${entries.map((entry) => html`<h3>${entry.status} ${entry.filename}</h3><pre>${entry.patch}</pre>`)}`;
}

export function runsPage(scope: RepositoryScope): Response {
  const { core, repository } = scope;
  const items = core.runs
    .list(fullName(repository))
    .map(
      (run) =>
        html`<li><a href="${core.urls.html(repository, `/actions/runs/${run.id}`)}">${run.name} #${run.number}</a> ${run.conclusion ?? run.status} · ${run.event} ${run.headBranch}</li>`,
    );
  return page('Actions', html`${heading(scope, 'Workflow runs')}<ul>${items}</ul>`);
}

export function runPage(scope: RepositoryScope, id: string, jobId?: string): Response | undefined {
  const { core, repository } = scope;
  const run = core.runs.find(Number(id));
  if (!run || !equalsIgnoreCase(run.repository, fullName(repository))) return undefined;
  const jobs = core.runs.jobs(run.id);
  if (jobId !== undefined && !jobs.some((job) => job.id === Number(jobId))) return undefined;
  const rows = jobs.map(
    (job) =>
      html`<tr><td><a href="${core.urls.html(repository, `/actions/runs/${run.id}/job/${job.id}`)}">${job.name}</a></td><td>${job.conclusion ?? job.status}</td></tr>`,
  );
  return page(
    `${run.name} #${run.number}`,
    html`${heading(scope, `${run.name} #${run.number}`)}
    <p class="muted">${run.conclusion ?? run.status} · ${run.event} on ${run.headBranch} (${run.sha.slice(0, 12)}) · ${run.actor}</p>
    <table>${rows}</table><pre>${core.runs.log(jobId === undefined ? run.id : Number(jobId))}</pre>`,
  );
}
