import { publishedReleases } from '../lag.ts';
import type { RepositoryScope } from '../repository-call.ts';
import type { Pull } from '../store/types.ts';
import { latestRelease } from './latest.ts';

export interface NotesRequest {
  tag: string;
  target: string;
  previous?: string;
}

/** Generates notes as GitHub does: the merged pull requests since the previous release, and the comparison. */
export async function generateNotes(
  scope: RepositoryScope,
  request: NotesRequest,
): Promise<{ name: string; body: string }> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const head = (await git.resolveCommit(`refs/tags/${request.tag}`)) ?? (await git.resolveCommit(request.target));
  const previous = request.previous ?? findPreviousTag(scope, request.tag);
  const base = previous === undefined ? undefined : await git.resolveCommit(`refs/tags/${previous}`);
  const pulls = head ? await mergedPulls(scope, base, head) : [];
  const lines = pulls.map(
    (pull) => `* ${pull.title} by @${pull.login} in ${core.urls.html(repository, `/pull/${pull.number}`)}`,
  );
  const changes = lines.length > 0 ? `## What's Changed\n${lines.join('\n')}\n\n\n` : '';
  const comparison = previous === undefined ? `/commits/${request.tag}` : `/compare/${previous}...${request.tag}`;
  return {
    name: request.tag,
    body: `${changes}**Full Changelog**: ${core.urls.html(repository, comparison)}`,
  };
}

/** The tag of the latest release. For that release itself, the tag of the newest other one. */
function findPreviousTag(scope: RepositoryScope, tag: string): string | undefined {
  const latest = latestRelease(scope);
  if (latest && latest.tag !== tag) return latest.tag;
  const others = publishedReleases(scope).filter((release) => release.tag !== tag && !release.prerelease);
  return others.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id - b.id).at(-1)?.tag;
}

/** The pull requests that were merged between two commits, in the order of their merges. */
async function mergedPulls(scope: RepositoryScope, base: string | undefined, head: string): Promise<Pull[]> {
  const { core, repository } = scope;
  const git = core.git(repository);
  const merged = core.store.pulls.list(repository.id).filter((pull) => pull.mergedAt !== null);
  if (merged.length === 0) return [];
  const range = base === undefined ? [head] : [head, `^${base}`];
  const oids = new Set((await git.git(['rev-list', ...range])).split('\n'));
  return merged
    .filter((pull) => pull.mergeCommitSha !== null && oids.has(pull.mergeCommitSha))
    .sort((a, b) => (a.mergedAt ?? '').localeCompare(b.mergedAt ?? '') || a.number - b.number);
}
