import type { Core } from '../core.ts';
import type { Pull, Repository } from '../store/types.ts';
import { latestRelease } from './lifecycle.ts';

export interface NotesRequest {
  tag: string;
  target: string;
  previous?: string;
}

/** Generated notes in GitHub's form: the merged pull requests since the previous release, and the comparison. */
export async function generateNotes(
  core: Core,
  repository: Repository,
  request: NotesRequest,
): Promise<{ name: string; body: string }> {
  const git = core.git(repository);
  const head = (await git.resolveCommit(`refs/tags/${request.tag}`)) ?? (await git.resolveCommit(request.target));
  const previous = request.previous ?? latestOther(core, repository, request.tag);
  const base = previous === undefined ? undefined : await git.resolveCommit(`refs/tags/${previous}`);
  const pulls = head ? await mergedPulls(core, repository, base, head) : [];
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

function latestOther(core: Core, repository: Repository, tag: string): string | undefined {
  const latest = latestRelease(core, repository);
  return latest && latest.tag !== tag ? latest.tag : undefined;
}

/** Pull requests of which a commit lies between two commits, in the order of their merges. */
async function mergedPulls(
  core: Core,
  repository: Repository,
  base: string | undefined,
  head: string,
): Promise<Pull[]> {
  const git = core.git(repository);
  const merged = core.store.pulls.list(repository.id).filter((pull) => pull.mergedAt !== null);
  if (merged.length === 0) return [];
  const range = base === undefined ? [head] : [head, `^${base}`];
  const oids = new Set((await git.git(['rev-list', ...range])).split('\n'));
  return merged
    .filter((pull) => pull.mergeCommitSha !== null && oids.has(pull.mergeCommitSha))
    .sort((a, b) => (a.mergedAt ?? '').localeCompare(b.mergedAt ?? '') || a.number - b.number);
}
