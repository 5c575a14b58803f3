import type { RepositoryScope } from '../repository-call.ts';
import type { Job, Run } from '../store/runs.ts';
import { nodeId } from '../urls.ts';
import { simpleUser } from './account.ts';
import { simpleCommit } from './commit.ts';
import { presentRepository } from './repository.ts';

type Json = Record<string, unknown>;

export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

/** The id of a workflow, which all its runs share. It depends only on the file's path. */
export function workflowId(path: string): number {
  let id = 7;
  for (const char of path) id = (id * 31 + (char.codePointAt(0) ?? 0)) % 2147483647;
  return id;
}

export async function presentRun(scope: RepositoryScope, run: Run): Promise<Json> {
  const { core, repository } = scope;
  const url = core.urls.api(repository, `/actions/runs/${run.id}`);
  const commit = await core.git(repository).commit(run.headSha);
  const minimal = presentRepository(scope);
  const account = core.store.account(run.actor);
  const actors = account
    ? { actor: simpleUser(core.urls, account), triggering_actor: simpleUser(core.urls, account) }
    : {};
  return {
    id: run.id,
    name: run.name,
    node_id: nodeId('WorkflowRun', run.id),
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: run.path,
    display_title: run.title,
    run_number: run.number,
    run_attempt: 1,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: workflowId(run.path),
    check_suite_id: run.id,
    url,
    html_url: core.urls.html(repository, `/actions/runs/${run.id}`),
    pull_requests: [],
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.startedAt,
    ...actors,
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: core.urls.api(repository, `/check-suites/${run.id}`),
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: null,
    workflow_url: core.urls.api(repository, `/actions/workflows/${workflowId(run.path)}`),
    head_commit: commit ? simpleCommit(commit) : null,
    repository: minimal,
    head_repository: minimal,
  };
}

/** A workflow file that has run. */
export interface Workflow {
  path: string;
  name: string;
  createdAt: string;
  updatedAt: string;
}

export function presentWorkflow(scope: RepositoryScope, workflow: Workflow): Json {
  const { core, repository } = scope;
  const id = workflowId(workflow.path);
  const { path, name } = workflow;
  return {
    id,
    node_id: nodeId('Workflow', id),
    name,
    path,
    state: 'active',
    created_at: workflow.createdAt,
    updated_at: workflow.updatedAt,
    url: core.urls.api(repository, `/actions/workflows/${id}`),
    html_url: core.urls.html(repository, `/blob/${repository.defaultBranch}/${path}`),
    badge_url: core.urls.html(repository, `/workflows/${encodeURIComponent(name)}/badge.svg`),
  };
}

/** GitHub's `job`. The lab's runner has no name, which GitHub's description allows. */
export function presentJob(scope: RepositoryScope, run: Run, job: Job): Json {
  const { core, repository } = scope;
  return {
    id: job.id,
    run_id: run.id,
    run_url: core.urls.api(repository, `/actions/runs/${run.id}`),
    run_attempt: 1,
    node_id: nodeId('CheckRun', `${repository.id}:${job.id}`),
    head_sha: run.headSha,
    head_branch: run.headBranch,
    url: core.urls.api(repository, `/actions/jobs/${job.id}`),
    html_url: core.urls.html(repository, `/actions/runs/${run.id}/job/${job.id}`),
    check_run_url: core.urls.api(repository, `/check-runs/${job.id}`),
    status: job.status,
    conclusion: job.conclusion,
    created_at: job.createdAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    workflow_name: run.name,
    steps: job.steps.map(({ startedAt = null, completedAt = null, ...step }) => ({
      ...step,
      started_at: startedAt,
      completed_at: completedAt,
    })),
    labels: [],
    runner_id: null,
    runner_name: null,
    runner_group_id: null,
    runner_group_name: null,
  };
}
