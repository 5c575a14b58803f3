import { ApiError, notFound } from '../errors.ts';
import { presentRun } from '../present/run.ts';
import { type Call, created, type Handlers, NO_CONTENT, type Reply } from '../rest/call.ts';
import { equalsIgnoreCase, type Run } from '../store/runs.ts';
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

function getRun(call: Call): Run {
  const run = call.core.runs.find(call.number('run_id'));
  const { owner, name } = call.repository;
  if (!run || !equalsIgnoreCase(run.repository, `${owner}/${name}`)) throw notFound();
  return run;
}

function listRuns(call: Call): Promise<Reply> {
  const { owner, name } = call.repository;
  const matches = (key: string, value: string | null): boolean => {
    const filter = call.queryText(key);
    return filter === undefined || filter === value;
  };
  const status = call.queryText('status');
  const runs = call.core.runs
    .list(`${owner}/${name}`)
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
  'actions/list-workflow-runs-for-repo': listRuns,
  'actions/re-run-workflow': rerun,
};
