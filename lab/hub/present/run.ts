import type { RepositoryScope } from '../repository-call.ts';
import type { Run } from '../store/runs.ts';
import { nodeId } from '../urls.ts';
import { simpleUser } from './account.ts';
import { simpleCommit } from './commit.ts';
import { presentRepository } from './repository.ts';

type Json = Record<string, unknown>;

export function shortRef(ref: string): string {
  return ref.replace(/^refs\/(heads|tags)\//, '');
}

/** The id of a workflow, which all its runs share. It depends only on the file's path. */
function workflowId(path: string): number {
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
