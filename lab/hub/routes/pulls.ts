import { invalid } from '../errors.ts';
import { visiblePulls } from '../lag.ts';
import { presentPull, presentPullSimple } from '../present/pull.ts';
import { countPull } from '../pulls/counts.ts';
import { createPull } from '../pulls/create.ts';
import { mergePull } from '../pulls/merge.ts';
import { updatePull } from '../pulls/update.ts';
import { type Call, created, type Handlers, ok, type Reply } from '../rest/call.ts';
import type { MergeMethod, Pull } from '../store/types.ts';
import { findPull } from './find-pull.ts';

async function presentWithCounts(call: Call, pull: Pull): Promise<Record<string, unknown>> {
  return presentPull(call, pull, await countPull(call, pull));
}

interface NewPullBody {
  title?: string;
  head: string;
  base: string;
  body?: string | null;
  draft?: boolean;
  maintainer_can_modify?: boolean;
  issue?: number;
}

async function open(call: Call): Promise<Reply> {
  const body = call.body<NewPullBody>();
  if (body.title === undefined) throw invalid('PullRequest', 'title', { code: 'missing_field' });
  const pull = await createPull(call, {
    title: body.title,
    head: body.head,
    base: body.base,
    body: body.body ?? null,
    draft: body.draft ?? false,
    maintainerCanModify: body.maintainer_can_modify ?? false,
  });
  return created(await presentWithCounts(call, pull));
}

function listPulls(call: Call): Promise<Reply> {
  const state = call.queryText('state') ?? 'open';
  const head = call.queryText('head');
  const base = call.queryText('base');
  const byTime = call.queryText('sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const direction = call.queryText('direction') ?? (call.queryText('sort') ? 'asc' : 'desc');
  const pulls = visiblePulls(call)
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => head === undefined || `${call.repository.owner}:${pull.headRef}` === head)
    .filter((pull) => base === undefined || pull.baseRef === base)
    .sort((a, b) => a[byTime].localeCompare(b[byTime]) || a.number - b.number);
  if (direction === 'desc') pulls.reverse();
  return call.list(pulls, (pull) => presentPullSimple(call, pull));
}

interface PullBody {
  title?: string;
  body?: string | null;
  state?: 'open' | 'closed';
  base?: string;
  maintainer_can_modify?: boolean;
}

async function update(call: Call): Promise<Reply> {
  const { maintainer_can_modify: maintainerCanModify, ...body } = call.body<PullBody>();
  const pull = await updatePull(call, findPull(call, 'pull_number'), { ...body, maintainerCanModify });
  return ok(await presentWithCounts(call, pull));
}

interface MergeBody {
  commit_title?: string;
  commit_message?: string;
  sha?: string;
  merge_method?: MergeMethod;
}

async function merge(call: Call): Promise<Reply> {
  const body = call.body<MergeBody>();
  const merged = await mergePull(call, findPull(call, 'pull_number'), {
    method: body.merge_method ?? 'merge',
    ...(body.commit_title === undefined ? {} : { title: body.commit_title }),
    ...(body.commit_message === undefined ? {} : { message: body.commit_message }),
    ...(body.sha === undefined ? {} : { sha: body.sha }),
  });
  return ok({ sha: merged.mergeCommitSha, merged: true, message: 'Pull Request successfully merged' });
}

export const pullHandlers: Handlers = {
  'pulls/create': open,
  'pulls/list': listPulls,
  'pulls/get': async (call) => ok(await presentWithCounts(call, findPull(call, 'pull_number'))),
  'pulls/update': update,
  'pulls/merge': merge,
};
