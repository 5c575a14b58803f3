import { getOctokit } from '@actions/github';
import type { NewToken } from './accounts.ts';
import type { Fault, FaultRequest } from './http/faults.ts';
import type { LoggedRequest } from './http/request-log.ts';
import type { Account, AccountType } from './store/types.ts';

export type Octokit = ReturnType<typeof getOctokit>;
export type Api = Octokit['rest'];

/** GitHub's own client for the hub. */
export function createOctokit(hubUrl: string, token: string): Octokit {
  return getOctokit(token, { baseUrl: `${hubUrl}/api/v3` });
}

/** The hub's own endpoints, `/_lab/`, for what GitHub has web pages or nothing for. */
export class AdminClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, adminToken }: { url: string; adminToken: string }) {
    this.#url = `${url}/_lab`;
    this.#headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
  }

  /** Creates an account. An existing one with the same login is returned unchanged. */
  async createUser(login: string, type: AccountType = 'User'): Promise<Account> {
    return (await this.#send('POST', 'users', { login, type })) as Account;
  }

  async createToken(request: NewToken): Promise<string> {
    return ((await this.#send('POST', 'tokens', request)) as { token: string }).token;
  }

  /** @param repository `OWNER/REPO` */
  async setSecret(repository: string, name: string, value: string): Promise<void> {
    await this.#send('PUT', `repos/${repository}/secrets/${encodeURIComponent(name)}`, { value });
  }

  /** The log of a run or a job. */
  async log(id: number): Promise<string> {
    return this.#request('GET', `runs/${id}/log`);
  }

  async addFault(request: FaultRequest): Promise<Fault> {
    return (await this.#send('POST', 'faults', request)) as Fault;
  }

  async faults(): Promise<Fault[]> {
    return (await this.#send('GET', 'faults')) as Fault[];
  }

  async clearFaults(): Promise<void> {
    await this.#send('DELETE', 'faults');
  }

  /** The latest requests that the hub has served, without those to `/_lab/`. */
  async requests(): Promise<LoggedRequest[]> {
    return (await this.#send('GET', 'requests')) as LoggedRequest[];
  }

  async clearRequests(): Promise<void> {
    await this.#send('DELETE', 'requests');
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const text = await this.#request(method, path, body);
    return text === '' ? undefined : JSON.parse(text);
  }

  async #request(method: string, path: string, body?: object): Promise<string> {
    const response = await fetch(`${this.#url}/${path}`, {
      method,
      headers: this.#headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the hub responded with ${response.status} to ${method} /_lab/${path}: ${text}`);
    return text;
  }
}

type RulesetParameters = NonNullable<Parameters<Api['repos']['createRepoRuleset']>[0]>;
type Rule = NonNullable<RulesetParameters['rules']>[number];

export interface PullRequestRuleset {
  /** Ids of the apps (the hub's bot accounts) that may push to the branch. */
  bypassApps?: readonly number[];
  /** The branches, by patterns of full refs; the default branch when not given. */
  include?: string[];
  /** Rules in addition to the one that requires pull requests. */
  rules?: readonly Rule[];
}

/** A ruleset for `repos.createRepoRuleset` under which a branch changes only through pull requests, without reviews. */
export function pullRequestRuleset({
  bypassApps = [],
  include = ['~DEFAULT_BRANCH'],
  rules = [],
}: PullRequestRuleset = {}): Omit<RulesetParameters, 'owner' | 'repo'> & { name: string; enforcement: 'active' } {
  return {
    name: 'main takes pull requests',
    target: 'branch',
    enforcement: 'active',
    conditions: { ref_name: { include, exclude: [] } },
    bypass_actors: bypassApps.map((id) => ({ actor_id: id, actor_type: 'Integration', bypass_mode: 'always' })),
    rules: [
      {
        type: 'pull_request',
        parameters: {
          allowed_merge_methods: ['merge', 'squash', 'rebase'],
          dismiss_stale_reviews_on_push: false,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_approving_review_count: 0,
          required_review_thread_resolution: false,
        },
      },
      ...rules,
    ],
  };
}
