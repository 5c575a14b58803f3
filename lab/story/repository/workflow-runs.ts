import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../../hub/admin-client.ts';
import type { Stage } from '../act.ts';

export interface WorkflowRun {
  id: number;
  conclusion: string | null;
  html_url: string;
  run_attempt?: number | undefined;
}

export interface RunQuery {
  /** File name of the workflow. */
  workflow: string;
  sha: string;
  /** Only a run with a higher id counts, for a workflow that runs again. */
  after?: number;
}

const RUN_TIMEOUT_SECONDS = 180;

/**
 * Waits for the run of a workflow on a commit to end.
 * @throws when it does not end in time
 */
export async function waitForRun(
  api: Api,
  repository: { owner: string; repo: string },
  { workflow, sha, after = 0 }: RunQuery,
): Promise<WorkflowRun> {
  const deadline = Date.now() + RUN_TIMEOUT_SECONDS * 1000;
  for (;;) {
    const { data } = await api.actions.listWorkflowRunsForRepo({ ...repository, head_sha: sha, per_page: 100 });
    const run = data.workflow_runs.find(({ id, path }) => path === `.github/workflows/${workflow}` && id > after);
    if (run?.status === 'completed') return run;
    if (Date.now() > deadline) {
      const state = run === undefined ? 'has not started' : `is ${run.status}`;
      throw new Error(`${workflow} on ${sha.slice(0, 12)} ${state} after ${RUN_TIMEOUT_SECONDS} s`);
    }
    await sleep(200);
  }
}

/** Waits for a workflow run on a commit and expects it to succeed. If it fails, shows the end of its log. */
export async function expectRun(
  { world: { developer, repository, admin }, expect, progress }: Stage,
  { on, ...query }: RunQuery & { on: string },
): Promise<WorkflowRun> {
  const run = await waitForRun(developer, repository, query);
  if (run.conclusion !== 'success') progress((await admin.log(run.id)).split('\n').slice(-40).join('\n'));
  expect.equal(`${query.workflow} runs on the ${on} and succeeds`, run.conclusion, 'success');
  return run;
}
