import { ApiError, notFound } from '../errors.ts';
import { presentJob, presentRun, presentWorkflow, type Workflow, workflowId } from '../present/run.ts';
import { type Call, created, type Handlers, NO_CONTENT, ok, type Reply } from '../rest/call.ts';
import { equalsIgnoreCase, type Job, type Run } from '../store/runs.ts';
import { now } from '../store/store.ts';
import type { Variable } from '../store/types.ts';
import { parseVariableName } from '../store/variables.ts';

function getVariable(call: Call): Variable {
  const variable = call.core.store.variables.get(call.repository.id, call.param('name').toUpperCase());
  if (!variable) throw notFound();
  return variable;
}

function createVariable(call: Call): Reply {
  const body = call.body<{ name: string; value: string }>();
  const { variables } = call.core.store;
  const name = parseVariableName(body.name);
  if (variables.get(call.repository.id, name)) throw new ApiError(409, 'Already exists - Variable already exists');
  const time = now();
  variables.put(call.repository.id, name, { name, value: body.value, createdAt: time, updatedAt: time });
  return created({});
}

function repositoryRuns({ core, repository }: Call): Run[] {
  return core.runs.list(`${repository.owner}/${repository.name}`);
}

/** A workflow for each file that has run, the first one that ran first. */
function listWorkflows(call: Call): Workflow[] {
  const newest = new Map<string, Run>();
  const oldest = new Map<string, Run>();
  for (const run of repositoryRuns(call)) {
    if (!newest.has(run.path)) newest.set(run.path, run);
    oldest.set(run.path, run);
  }
  return [...oldest.values()].reverse().map(({ path, createdAt }) => {
    const { name = path, updatedAt = createdAt } = newest.get(path) ?? {};
    return { path, name, createdAt, updatedAt };
  });
}

/** By its id or the name of its file. @throws ApiError 404 */
function getWorkflow(call: Call): Workflow {
  const wanted = call.param('workflow_id');
  const found = listWorkflows(call).find(
    ({ path }) => String(workflowId(path)) === wanted || path.endsWith(`/${wanted}`),
  );
  if (!found) throw notFound();
  return found;
}

/** @throws ApiError 404 when the job does not exist or is another repository's */
function getJob(call: Call, id: number): { run: Run; job: Job } {
  const job = call.core.runs.findJob(id);
  const run = repositoryRuns(call).find((candidate) => candidate.id === job?.runId);
  if (!job || !run) throw notFound();
  return { run, job };
}

function getRun(call: Call): Run {
  const run = call.core.runs.find(call.number('run_id'));
  const { owner, name } = call.repository;
  if (!run || !equalsIgnoreCase(run.repository, `${owner}/${name}`)) throw notFound();
  return run;
}

function listRuns(call: Call, isListed: (run: Run) => boolean = () => true): Promise<Reply> {
  const matches = (key: string, value: string | null): boolean => {
    const filter = call.queryText(key);
    return filter === undefined || filter === value;
  };
  const status = call.queryText('status');
  const runs = repositoryRuns(call)
    .filter(isListed)
    .filter((run) => matches('actor', run.actor) && matches('event', run.event) && matches('head_sha', run.headSha))
    .filter((run) => matches('branch', run.headBranch))
    .filter((run) => status === undefined || run.status === status || run.conclusion === status);
  return call.countedList(runs, 'workflow_runs', (run) => presentRun(call, run));
}

/** Runs the workflow again for the same event, as a new run. */
function rerun(call: Call): Reply {
  const run = getRun(call);
  if (run.status !== 'completed') throw new ApiError(403, 'This workflow is already running');
  const event = call.core.events.find({ ...run, name: run.event });
  if (!event) throw new ApiError(403, 'Unable to retry this workflow run: its event is unknown');
  call.core.rerun(event, run.path);
  return created({});
}

export const actionHandlers: Handlers = {
  'actions/create-repo-variable': createVariable,
  'actions/delete-repo-variable': (call) => {
    call.core.store.variables.remove(call.repository.id, getVariable(call).name);
    return NO_CONTENT;
  },
  'actions/list-repo-workflows': (call) =>
    call.countedList(listWorkflows(call), 'workflows', (workflow) => presentWorkflow(call, workflow)),
  'actions/get-workflow': (call) => ok(presentWorkflow(call, getWorkflow(call))),
  'actions/list-workflow-runs': (call) => {
    const { path } = getWorkflow(call);
    return listRuns(call, (run) => run.path === path);
  },
  'actions/list-workflow-runs-for-repo': (call) => listRuns(call),
  'actions/get-workflow-run': async (call) => ok(await presentRun(call, getRun(call))),
  'actions/list-jobs-for-workflow-run': (call) => {
    const run = getRun(call);
    return call.countedList(call.core.runs.jobs(run.id), 'jobs', (job) => presentJob(call, run, job));
  },
  'actions/get-job-for-workflow-run': (call) => {
    const { run, job } = getJob(call, call.number('job_id'));
    return ok(presentJob(call, run, job));
  },
  'actions/list-workflow-run-artifacts': (call) => {
    getRun(call);
    return ok({ total_count: 0, artifacts: [] });
  },
  // A job is the check of its commit, and both have one id.
  'checks/list-annotations': (call) => {
    getJob(call, call.number('check_run_id'));
    return ok([]);
  },
  'actions/re-run-workflow': rerun,
};
