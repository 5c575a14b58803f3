import { JOB_LOGIN, type NewToken } from '../accounts.ts';
import type { Core } from '../core.ts';
import { ApiError } from '../errors.ts';
import { now } from '../store/store.ts';
import type { Account, AccountType, Permissions, Repository, Token, Variable } from '../store/types.ts';
import { parseVariableName } from '../store/variables.ts';

/** What GitHub has web pages for: accounts, tokens, secrets, settings. In this process, and for HTTP under `/_lab/`. */
export class Admin {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Creates an account. An existing one with the same login is returned unchanged. */
  createUser(login: string, type: AccountType = 'User', about: { name?: string; email?: string } = {}): Account {
    return this.#core.accounts.createUser({ login, type, ...about });
  }

  createToken(request: NewToken): string {
    return this.#core.accounts.createToken(request).token;
  }

  /** Creates the GITHUB_TOKEN of a workflow run. What it does starts no workflow. */
  createJobToken(repository: string, permissions: Permissions): string {
    this.#repository(repository);
    return this.createToken({ login: JOB_LOGIN, kind: 'job', permissions, repositories: [repository] });
  }

  /** @returns whether the token existed */
  deleteToken(token: Token['token']): boolean {
    return this.#core.accounts.deleteToken(token);
  }

  setSecret(repository: string, name: string, value: string): void {
    const { secrets } = this.#core.store;
    const { id } = this.#repository(repository);
    const key = parseVariableName(name);
    const createdAt = secrets.get(id, key)?.createdAt ?? now();
    secrets.put(id, key, { name: key, value, createdAt, updatedAt: now() });
  }

  /** With their values, for the runner. */
  secrets(repository: string): Variable[] {
    return this.#core.store.secrets.list(this.#repository(repository).id);
  }

  variables(repository: string): Variable[] {
    return this.#core.store.variables.list(this.#repository(repository).id);
  }

  /** The directory of the bare repository; undefined when the repository does not exist. */
  gitDirectory(name: string): string | undefined {
    const [owner = '', repo = ''] = name.split('/');
    const repository = this.#core.store.repository(owner, repo);
    return repository && this.#core.gitDirectory(repository);
  }

  /** Whether releases that are published from now on are immutable. */
  setImmutableReleases(name: string, enabled: boolean): void {
    const repository = this.#repository(name);
    this.#core.store.saveRepository({ ...repository, immutableReleases: enabled });
  }

  #repository(name: string): Repository {
    const [owner = '', repo = ''] = name.split('/');
    const repository = this.#core.store.repository(owner, repo);
    if (!repository) throw new ApiError(404, `the repository ${name} does not exist`);
    return repository;
  }
}
