import { setTimeout as sleep } from 'node:timers/promises';
import { getOctokit } from '@actions/github';

export type Api = ReturnType<typeof getOctokit>['rest'];

/** The hub's REST API with an account's token. */
export function createApi(hubUrl: string, token: string): Api {
  return getOctokit(token, { baseUrl: `${hubUrl}/api/v3` }).rest;
}

/** The hub's admin endpoints, which GitHub does not have: accounts, tokens, secrets. */
export class HubAdmin {
  readonly #url: string;
  readonly #adminToken: string;

  constructor(url: string, adminToken: string) {
    this.#url = url;
    this.#adminToken = adminToken;
  }

  async createUser(login: string, type: 'User' | 'Bot' | 'Organization'): Promise<{ id: number }> {
    return (await this.#send('POST', 'users', { login, type })) as { id: number };
  }

  async createToken(request: {
    login: string;
    permissions: Record<string, string> | 'all';
    repositories?: string[];
  }): Promise<string> {
    return ((await this.#send('POST', 'tokens', request)) as { token: string }).token;
  }

  async setSecret(repository: string, name: string, value: string): Promise<void> {
    await this.#send('PUT', `repos/${repository}/secrets/${name}`, { value });
  }

  async runLog(runId: number): Promise<string> {
    const response = await fetch(`${this.#url}/_lab/runs/${runId}/log`, { headers: this.#headers() });
    return response.text();
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#adminToken}`, 'content-type': 'application/json' };
  }

  async #send(method: string, path: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.#url}/_lab/${path}`, {
      method,
      headers: this.#headers(),
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the hub returned ${response.status} for ${method} /_lab/${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

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
