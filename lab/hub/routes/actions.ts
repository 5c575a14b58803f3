import { ApiError, notFound } from '../errors.ts';
import { presentJob, presentRun } from '../present/run.ts';
import { type Call, created, type Handlers, NO_CONTENT, ok, type Reply } from '../rest/call.ts';
import { type Run, sameName } from '../store/runs.ts';
import { now } from '../store/store.ts';
import type { Variable } from '../store/types.ts';

/** GitHub's rule for names of variables and secrets. */
export function checkName(name: string): string {
  const upper = name.toUpperCase();
  if (!/^[A-Z_][A-Z0-9_]*$/.test(upper) || upper.startsWith('GITHUB_')) {
    throw new ApiError(
      422,
      'Name can only contain alphanumeric characters and underscores, and not start with GITHUB_',
    );
  }
  return upper;
}

function presentVariable(variable: Variable): Record<string, unknown> {
  return {
    name: variable.name,
    value: variable.value,
    created_at: variable.createdAt,
    updated_at: variable.updatedAt,
  };
}

function presentSecret(secret: Variable): Record<string, unknown> {
  return { name: secret.name, created_at: secret.createdAt, updated_at: secret.updatedAt };
}

function variableOf(call: Call): Variable {
  const variable = call.core.store.variables.get(call.repository.id, call.param('name').toUpperCase());
  if (!variable) throw notFound();
  return variable;
}

function createVariable(call: Call): Reply {
  const body = call.body<{ name: string; value: string }>();
  const { variables } = call.core.store;
  const name = checkName(body.name);
  if (variables.get(call.repository.id, name)) throw new ApiError(409, 'Already exists - Variable already exists');
  const time = now();
  variables.put(call.repository.id, name, { name, value: body.value, createdAt: time, updatedAt: time });
  return created({});
}

function updateVariable(call: Call): Reply {
  const body = call.body<{ name?: string; value?: string }>();
  const before = variableOf(call);
  const { variables } = call.core.store;
  const name = body.name === undefined ? before.name : checkName(body.name);
  if (name !== before.name) variables.remove(call.repository.id, before.name);
  variables.put(call.repository.id, name, { ...before, name, value: body.value ?? before.value, updatedAt: now() });
  return NO_CONTENT;
}

function runOf(call: Call, id = call.number('run_id')): Run {
  const run = call.core.runs.find(id);
  const { owner, name } = call.repository;
  if (!run || !sameName(run.repository, `${owner}/${name}`)) throw notFound();
  return run;
}

function listRuns(call: Call): Promise<Reply> {
  const { owner, name } = call.repository;
  const wanted = (key: string, value: string | null): boolean => {
    const filter = call.queryText(key);
    return filter === undefined || filter === value;
  };
  const status = call.queryText('status');
  const runs = call.core.runs
    .list(`${owner}/${name}`)
    .filter((run) => wanted('actor', run.actor) && wanted('event', run.event) && wanted('head_sha', run.headSha))
    .filter((run) => wanted('branch', run.headBranch))
    .filter((run) => status === undefined || run.status === status || run.conclusion === status);
  return call.countedList(runs, 'workflow_runs', (run) => presentRun(call.core, call.repository, run));
}

/** The workflow runs again for the same event, as a run of its own. */
function rerun(call: Call): Reply {
  const run = runOf(call);
  if (run.status !== 'completed') throw new ApiError(403, 'This workflow is already running');
  const event = call.core.events.find({ ...run, name: run.event });
  if (!event) throw new ApiError(403, 'Unable to retry this workflow run: its event is not known');
  call.core.rerun(event, run.path);
  return created({});
}

export const actionHandlers: Handlers = {
  'actions/list-repo-variables': (call) =>
    call.countedList(call.core.store.variables.list(call.repository.id), 'variables', presentVariable),
  'actions/create-repo-variable': createVariable,
  'actions/get-repo-variable': (call) => ok(presentVariable(variableOf(call))),
  'actions/update-repo-variable': updateVariable,
  'actions/delete-repo-variable': (call) => {
    call.core.store.variables.remove(call.repository.id, variableOf(call).name);
    return NO_CONTENT;
  },
  'actions/list-repo-secrets': (call) =>
    call.countedList(call.core.store.secrets.list(call.repository.id), 'secrets', presentSecret),
  'actions/get-repo-secret': (call) => {
    const secret = call.core.store.secrets.get(call.repository.id, call.param('secret_name').toUpperCase());
    if (!secret) throw notFound();
    return ok(presentSecret(secret));
  },
  'actions/list-workflow-runs-for-repo': listRuns,
  'actions/get-workflow-run': async (call) => ok(await presentRun(call.core, call.repository, runOf(call))),
  'actions/re-run-workflow': rerun,
  'actions/list-jobs-for-workflow-run': (call) => {
    const run = runOf(call);
    return call.countedList(call.core.runs.jobs(run.id), 'jobs', (job) =>
      presentJob(call.core, call.repository, run, job),
    );
  },
  'actions/get-job-for-workflow-run': (call) => {
    const job = call.core.runs.findJob(call.number('job_id'));
    if (!job) throw notFound();
    return ok(presentJob(call.core, call.repository, runOf(call, job.runId), job));
  },
  'actions/download-job-logs-for-workflow-run': (call) => {
    const job = call.core.runs.findJob(call.number('job_id'));
    if (!job) throw notFound();
    runOf(call, job.runId);
    return { status: 302, headers: { location: `${call.core.urls.root}/_lab/runs/${job.id}/log` } };
  },
};
