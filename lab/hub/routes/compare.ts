import { ApiError, notFound } from '../errors.ts';
import { listBetween } from '../git/commits.ts';
import type { Commit } from '../git/objects.ts';
import { presentCommit } from '../present/commit.ts';
import { diffEntries } from '../present/diff.ts';
import type { Call, Handlers, Reply } from '../rest/call.ts';

/** Without a page: https://docs.github.com/rest/commits/commits#compare-two-commits */
const MAX_COMMITS = 250;

/** `BASE...HEAD`, each of them also as `OWNER:BRANCH`. The hub has no forks. */
async function readRange(call: Call): Promise<{ names: [string, string]; base: string; head: string }> {
  const parts = /^(.+?)\.\.\.(.+)$/.exec(call.param('basehead'));
  if (!parts) throw notFound();
  const owner = `${call.repository.owner}:`;
  const names: [string, string] = [parts[1] ?? '', parts[2] ?? ''];
  const [base, head] = await Promise.all(
    names.map((name) => call.git.resolveCommit(name.startsWith(owner) ? name.slice(owner.length) : name)),
  );
  if (!base || !head) throw notFound();
  return { names, base, head };
}

/**
 * The commits oldest first. Without a page the newest 250 of them; with one, all commits can be reached, and only the
 * first page has the changed files.
 */
async function compareCommits(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const { names, base, head } = await readRange(call);
  const mergeBase = await call.git.mergeBase(base, head);
  if (!mergeBase) throw new ApiError(404, `No common ancestor between ${names[0]} and ${names[1]}.`);
  const [ahead, behind] = await Promise.all([
    listBetween(call.git, { base, head }),
    call.git.git(['rev-list', '--count', base, `^${head}`]).then(Number),
  ]);
  const isPaged = call.queryText('page') !== undefined || call.queryText('per_page') !== undefined;
  const { items, headers } = isPaged ? call.page(ahead) : { items: ahead.slice(-MAX_COMMITS), headers: {} };
  const isFirst = Number(call.queryText('page') ?? 1) <= 1;
  const present = async (oid: string): Promise<Record<string, unknown>> =>
    presentCommit(call, await readCommit(call, oid));
  const path = `/compare/${names.map(encodeURIComponent).join('...')}`;
  const html = core.urls.html(repository, path);
  return {
    status: 200,
    headers,
    body: {
      url: core.urls.api(repository, path),
      html_url: html,
      permalink_url: core.urls.html(repository, `/compare/${base}...${head}`),
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: await present(base),
      merge_base_commit: await present(mergeBase),
      status: toStatus(ahead.length, behind),
      ahead_by: ahead.length,
      behind_by: behind,
      total_commits: ahead.length,
      commits: await Promise.all(items.map(present)),
      ...(isFirst ? { files: await diffEntries(call, mergeBase, head) } : {}),
    },
  };
}

function toStatus(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

async function readCommit(call: Call, oid: string): Promise<Commit> {
  const commit = await call.git.commit(oid);
  if (!commit) throw new Error(`the commit ${oid} cannot be read`);
  return commit;
}

export const compareHandlers: Handlers = {
  'repos/compare-commits-with-basehead': compareCommits,
};
