import { notFound, unprocessable } from '../errors.ts';
import { simpleUser } from '../present/account.ts';
import { presentRepository } from '../present/repository.ts';
import { mergeReady } from '../pulls/auto-merge.ts';
import { type Call, created, type Handlers, ok, type Reply } from '../rest/call.ts';
import { now } from '../store/store.ts';
import type { CheckRun, Status } from '../store/types.ts';
import { nodeId } from '../urls.ts';
import { commitOf } from './commits.ts';

interface CheckBody {
  name?: string;
  head_sha?: string;
  details_url?: string;
  external_id?: string;
  status?: string;
  started_at?: string;
  conclusion?: string;
  completed_at?: string;
  output?: { title?: string; summary?: string; text?: string };
}

function presentCheck(call: Call, check: CheckRun): Record<string, unknown> {
  const { core, repository } = call;
  const url = core.urls.api(repository, `/check-runs/${check.id}`);
  return {
    id: check.id,
    head_sha: check.sha,
    node_id: nodeId('CheckRun', check.id),
    external_id: check.externalId,
    url,
    html_url: core.urls.html(repository, `/runs/${check.id}`),
    details_url: check.detailsUrl,
    status: check.status,
    conclusion: check.conclusion,
    started_at: check.startedAt,
    completed_at: check.completedAt,
    output: {
      title: check.title,
      summary: check.summary,
      text: check.text,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    name: check.name,
    check_suite: { id: check.id },
    app: null,
    pull_requests: [],
  };
}

function merged(body: CheckBody, before: CheckRun): CheckRun {
  const conclusion = body.conclusion ?? before.conclusion;
  const status = body.status ?? (body.conclusion === undefined ? before.status : 'completed');
  return {
    ...before,
    name: body.name ?? before.name,
    externalId: body.external_id ?? before.externalId,
    detailsUrl: body.details_url ?? before.detailsUrl,
    status,
    conclusion,
    startedAt: body.started_at ?? before.startedAt,
    completedAt: body.completed_at ?? (status === 'completed' ? (before.completedAt ?? now()) : null),
    title: body.output?.title ?? before.title,
    summary: body.output?.summary ?? before.summary,
    text: body.output?.text ?? before.text,
  };
}

async function createCheck(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const body = call.body<CheckBody>();
  const commit = await call.git.commit(body.head_sha ?? '');
  if (!commit || commit.oid !== body.head_sha) throw unprocessable(`No commit found for SHA: ${body.head_sha}`);
  const check = merged(body, {
    id: core.store.nextId(),
    sha: commit.oid,
    name: '',
    login: call.actor.account.login,
    externalId: '',
    detailsUrl: null,
    status: 'queued',
    conclusion: null,
    startedAt: now(),
    completedAt: null,
    title: null,
    summary: null,
    text: null,
  });
  core.store.checkRuns.put(repository.id, check.id, check);
  await mergeReady(core, repository, check.sha);
  return created(presentCheck(call, check));
}

function checkOf(call: Call): CheckRun {
  const check = call.core.store.checkRuns.get(call.repository.id, call.number('check_run_id'));
  if (!check) throw notFound();
  return check;
}

async function createStatus(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const body = call.body<{
    state: Status['state'];
    context?: string;
    description?: string | null;
    target_url?: string | null;
  }>();
  const commit = await commitOf(call, call.param('sha'));
  const status: Status = {
    id: core.store.nextId(),
    sha: commit.oid,
    state: body.state,
    context: body.context ?? 'default',
    description: body.description ?? null,
    targetUrl: body.target_url ?? null,
    login: call.actor.account.login,
    createdAt: now(),
  };
  core.store.statuses.put(repository.id, status.id, status);
  await mergeReady(core, repository, status.sha);
  return created({ ...presentStatus(call, status), creator: simpleUser(core.urls, call.actor.account) });
}

function presentStatus(call: Call, status: Status): Record<string, unknown> {
  return {
    id: status.id,
    node_id: nodeId('StatusContext', status.id),
    url: call.core.urls.api(call.repository, `/statuses/${status.sha}`),
    avatar_url: null,
    state: status.state,
    context: status.context,
    description: status.description,
    target_url: status.targetUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}

async function combined(call: Call): Promise<Reply> {
  const { core, repository } = call;
  const { oid } = await commitOf(call, call.param('ref'));
  const newest = new Map<string, Status>();
  for (const status of core.store.statuses.list(repository.id))
    if (status.sha === oid) newest.set(status.context, status);
  const statuses = [...newest.values()];
  const bad = statuses.some(({ state }) => state === 'error' || state === 'failure');
  const good = statuses.length > 0 && statuses.every(({ state }) => state === 'success');
  return ok({
    state: bad ? 'failure' : good ? 'success' : 'pending',
    statuses: statuses.map((status) => presentStatus(call, status)),
    sha: oid,
    total_count: statuses.length,
    repository: presentRepository(core, repository),
    commit_url: core.urls.api(repository, `/commits/${oid}`),
    url: core.urls.api(repository, `/commits/${oid}/status`),
  });
}

export const checkHandlers: Handlers = {
  'checks/create': createCheck,
  'checks/update': async (call) => {
    const check = merged(call.body<CheckBody>(), checkOf(call));
    call.core.store.checkRuns.put(call.repository.id, check.id, check);
    await mergeReady(call.core, call.repository, check.sha);
    return ok(presentCheck(call, check));
  },
  'checks/get': (call) => ok(presentCheck(call, checkOf(call))),
  'checks/list-for-ref': async (call) => {
    const { oid } = await commitOf(call, call.param('ref'));
    const name = call.queryText('check_name');
    const checks = call.core.store.checkRuns
      .list(call.repository.id)
      .filter((check) => check.sha === oid && (name === undefined || check.name === name));
    return call.countedList(checks, 'check_runs', (check) => presentCheck(call, check));
  },
  'repos/create-commit-status': createStatus,
  'repos/get-combined-status-for-ref': combined,
};
