import { ApiError, invalid } from '../errors.ts';
import { visiblePulls } from '../lag.ts';
import { presentPull, presentPullSimple } from '../present/pull.ts';
import { countPull } from '../pulls/counts.ts';
import { emitPull } from '../pulls/events.ts';
import { mergePull } from '../pulls/merge.ts';
import { closePull, updatePullRefs } from '../pulls/sync.ts';
import { type Call, created, type Handlers, ok, type Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { MergeMethod, Pull } from '../store/types.ts';
import { findPull } from './find-pull.ts';

async function presentWithCounts(call: Call, pull: Pull): Promise<Record<string, unknown>> {
  return presentPull(call, pull, await countPull(call, pull));
}

interface NewPull {
  title?: string;
  head: string;
  base: string;
  body?: string | null;
  draft?: boolean;
  maintainer_can_modify?: boolean;
  issue?: number;
}

/** GitHub's limits, in characters. Its issues have them too, which is why the errors name those. */
const LIMITS = { title: 256, body: 65_536 } as const;

/** @throws ApiError 422 with all texts that are too long */
function checkTexts(texts: { title?: string; body?: string | null }): void {
  const errors = (['title', 'body'] as const)
    .filter((field) => [...(texts[field] ?? '')].length > LIMITS[field])
    .map((field) => {
      const message = `${field} is too long (maximum is ${LIMITS[field]} characters)`;
      return { resource: 'Issue', code: 'custom', field, message } as const;
    });
  if (errors.length > 0) throw new ApiError(422, 'Validation Failed', { errors });
}

async function createPull(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const body = call.body<NewPull>();
  if (body.title === undefined) throw invalid('PullRequest', 'title', { code: 'missing_field' });
  checkTexts(body);
  const headRef = body.head.startsWith(`${repository.owner}:`)
    ? body.head.slice(repository.owner.length + 1)
    : body.head;
  const head = await call.git.ref(`refs/heads/${headRef}`);
  const base = await call.git.ref(`refs/heads/${body.base}`);
  if (!head) throw invalid('PullRequest', 'head');
  if (!base) throw invalid('PullRequest', 'base');
  const existing = core.store.pulls
    .list(repository.id)
    .find((pull) => pull.state === 'open' && pull.headRef === headRef && pull.baseRef === body.base);
  const custom = (message: string): ApiError =>
    new ApiError(422, 'Validation Failed', { errors: [{ resource: 'PullRequest', code: 'custom', message }] });
  if (existing) throw custom(`A pull request already exists for ${repository.owner}:${headRef}.`);
  if (await call.git.isAncestor(head.oid, base.oid)) {
    throw custom(`No commits between ${body.base} and ${headRef}`);
  }
  const time = now();
  const pull: Pull = {
    id: core.store.nextId(),
    number: core.store.nextNumber(repository),
    title: body.title,
    body: body.body ?? null,
    login: call.actor.account.login,
    state: 'open',
    draft: body.draft ?? false,
    headRef,
    headSha: head.oid,
    baseRef: body.base,
    baseSha: base.oid,
    testMergeSha: null,
    mergeCommitSha: null,
    mergedBy: null,
    maintainerCanModify: body.maintainer_can_modify ?? false,
    labels: [],
    assignees: [],
    requestedReviewers: [],
    requestedTeams: [],
    autoMerge: null,
    createdAt: time,
    updatedAt: time,
    closedAt: null,
    mergedAt: null,
  };
  core.changes.created('pull', pull.id);
  const opened = await updatePullRefs(call, pull);
  await emitPull(call, opened, { action: 'opened' });
  return created(await presentWithCounts(call, opened));
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

interface PullChange {
  title?: string;
  body?: string | null;
  state?: 'open' | 'closed';
  base?: string;
  maintainer_can_modify?: boolean;
}

async function updatePull(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const pull = findPull(call, 'pull_number');
  const body = call.body<PullChange>();
  checkTexts(body);
  const base = body.base === undefined ? undefined : await call.git.ref(`refs/heads/${body.base}`);
  if (body.base !== undefined && !base) throw invalid('PullRequest', 'base');
  const reopens = body.state === 'open' && pull.state === 'closed';
  const head = await call.git.ref(`refs/heads/${pull.headRef}`);
  if (reopens && (pull.mergedAt !== null || !head))
    throw invalid('PullRequest', 'state', { message: 'state cannot be changed.' });
  const changed: Pull = {
    ...pull,
    title: body.title ?? pull.title,
    body: body.body === undefined ? pull.body : body.body,
    baseRef: body.base ?? pull.baseRef,
    baseSha: base?.oid ?? pull.baseSha,
    headSha: reopens && head ? head.oid : pull.headSha,
    maintainerCanModify: body.maintainer_can_modify ?? pull.maintainerCanModify,
    state: reopens ? 'open' : pull.state,
    closedAt: reopens ? null : pull.closedAt,
    updatedAt: now(),
  };
  if (body.state === 'closed' && pull.state === 'open') {
    return ok(await presentWithCounts(call, await closePull(call, changed)));
  }
  const saved =
    changed.state === 'open'
      ? await updatePullRefs(call, changed)
      : core.store.pulls.put(repository.id, pull.number, changed);
  await emitPull(call, saved, { action: reopens ? 'reopened' : 'edited' });
  return ok(await presentWithCounts(call, saved));
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
  'pulls/create': createPull,
  'pulls/list': listPulls,
  'pulls/get': async (call) => ok(await presentWithCounts(call, findPull(call, 'pull_number'))),
  'pulls/update': updatePull,
  'pulls/merge': merge,
};
