import { ApiError, notFound } from '../errors.ts';
import type { Commit } from '../git/objects.ts';
import { run } from '../git/run.ts';
import { visibleCommit } from '../lag.ts';
import { presentCommit } from '../present/commit.ts';
import { diffEntries } from '../present/diff.ts';
import { type Call, type Handlers, media, ok, type Reply } from '../rest/call.ts';

async function resolveCommit(call: Call, name: string): Promise<Commit> {
  const oid = await call.git.resolveCommit(name);
  const commit = oid && (await call.git.commit(oid));
  if (!commit) throw new ApiError(422, `No commit found for SHA: ${name}`);
  return commit;
}

async function printCommit(call: Call, command: readonly string[], commit: Commit): Promise<Buffer> {
  return (await run([...command, '--root', '-M', '-p', commit.oid], { dir: call.git.dir })).stdout;
}

async function getCommit(call: Call): Promise<Reply> {
  const commit = await resolveCommit(call, call.param('ref'));
  if (call.wants('diff')) return media('diff', await printCommit(call, ['diff-tree', '--no-commit-id'], commit));
  if (call.wants('patch')) return media('patch', await printCommit(call, ['format-patch', '--stdout', '-1'], commit));
  const files = await diffEntries(call, commit.parents[0], commit.oid);
  const total = (key: 'additions' | 'deletions'): number => files.reduce((sum, file) => sum + file[key], 0);
  const additions = total('additions');
  const deletions = total('deletions');
  return ok({
    ...(await presentCommit(call, commit)),
    stats: { additions, deletions, total: additions + deletions },
    files,
  });
}

/** Newest first, as `git log` lists them, with GitHub's filters. */
async function listCommits(call: Call): Promise<Reply> {
  const start = call.queryText('sha') ?? call.repository.defaultBranch;
  const oid = await visibleCommit(call, start);
  if (!oid && call.queryText('sha') === undefined) throw new ApiError(409, 'Git Repository is empty.');
  if (!oid) throw notFound();
  const filters = [
    ['since', '--since'],
    ['until', '--until'],
    ['author', '--author'],
    ['committer', '--committer'],
  ].flatMap(([name = '', flag = '']) => {
    const value = call.queryText(name);
    return value === undefined ? [] : [`${flag}=${value}`];
  });
  const path = call.queryText('path');
  const output = await call.git.git(['rev-list', ...filters, oid, '--', ...(path === undefined ? [] : [path])]);
  const oids = output.split('\n').filter((line) => line !== '');
  return call.list(oids, async (sha) => {
    const commit = await call.git.commit(sha);
    return commit && presentCommit(call, commit);
  });
}

export const commitHandlers: Handlers = {
  'repos/get-commit': getCommit,
  'repos/list-commits': listCommits,
};
