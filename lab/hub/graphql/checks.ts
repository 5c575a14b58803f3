/** The jobs of workflow runs as the checks of their commit. */

import type { Job, Run } from '../store/runs.ts';
import { nodeId } from '../urls.ts';
import { type PageArguments, toConnection } from './connection.ts';
import { type RepositoryRequest, resolveNode } from './context.ts';

type Node = Record<string, unknown>;

interface Check {
  run: Run;
  job: Job;
}

/** Of jobs with the same name, the newest counts. */
function listChecks({ core, repository }: RepositoryRequest, oid: string): Check[] {
  const newest = new Map<string, Check>();
  const runs = core.runs.list(`${repository.owner}/${repository.name}`).filter((run) => run.headSha === oid);
  for (const run of runs.reverse()) for (const job of core.runs.jobs(run.id)) newest.set(job.name, { run, job });
  return [...newest.values()];
}

type CheckState = 'SUCCESS' | 'PENDING' | 'FAILURE';

/** The state of all checks of a commit; undefined when it has none. */
export function checkState(request: RepositoryRequest, oid: string): CheckState | undefined {
  const checks = listChecks(request, oid);
  if (checks.length === 0) return undefined;
  const passes = ({ job }: Check): boolean => ['success', 'skipped', 'neutral'].includes(job.conclusion ?? '');
  const ended = checks.filter(({ job }) => job.status === 'completed');
  if (ended.some((check) => !passes(check))) return 'FAILURE';
  return ended.length < checks.length ? 'PENDING' : 'SUCCESS';
}

/** https://docs.github.com/graphql/reference/objects#statuscheckrollup. null when the commit has no checks. */
export function presentCheckRollup(request: RepositoryRequest, oid: string): Node | null {
  const state = checkState(request, oid);
  if (state === undefined) return null;
  return {
    __typename: 'StatusCheckRollup',
    id: nodeId('StatusCheckRollup', `${request.repository.id}:${oid}`),
    state,
    contexts: (page: PageArguments) =>
      toConnection(
        listChecks(request, oid).map((check) => presentCheckRun(request, check)),
        page,
        'contexts',
      ),
  };
}

function presentCheckRun(request: RepositoryRequest, { run, job }: Check): Node {
  const { core, repository } = request;
  const workflowRun = {
    __typename: 'WorkflowRun',
    databaseId: run.id,
    runNumber: run.number,
    event: run.event,
    url: core.urls.html(repository, `/actions/runs/${run.id}`),
    workflow: { __typename: 'Workflow', name: run.name },
  };
  return {
    __typename: 'CheckRun',
    id: nodeId('CheckRun', `${repository.id}:${job.id}`),
    databaseId: job.id,
    name: job.name,
    status: job.status.toUpperCase(),
    conclusion: job.conclusion?.toUpperCase() ?? null,
    startedAt: job.startedAt,
    completedAt: job.completedAt,
    detailsUrl: core.urls.html(repository, `/actions/runs/${run.id}/job/${job.id}`),
    url: core.urls.html(repository, `/actions/runs/${run.id}/job/${job.id}`),
    checkSuite: { __typename: 'CheckSuite', workflowRun },
    isRequired: (target: { pullRequestId?: string | null; pullRequestNumber?: number | null }) =>
      isRequired(request, job.name, target),
  };
}

/** Whether the base of a pull request requires the check. */
function isRequired(
  request: RepositoryRequest,
  name: string,
  { pullRequestId, pullRequestNumber }: { pullRequestId?: string | null; pullRequestNumber?: number | null },
): boolean {
  const { core, repository } = request;
  const number = pullRequestId ? resolveNode(request, pullRequestId).key : (pullRequestNumber ?? 0);
  const pull = core.store.pulls.get(repository.id, number);
  if (!pull) return false;
  return core.rules.forRef(repository, `refs/heads/${pull.baseRef}`).some(({ rule }) => {
    const checks = (rule.parameters?.required_status_checks ?? []) as { context: string }[];
    return rule.type === 'required_status_checks' && checks.some(({ context }) => context === name);
  });
}
