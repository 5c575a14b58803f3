import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Accounts, type Actor } from './accounts.ts';
import { Events, type HubEvent } from './events.ts';
import type { Commit } from './git/objects.ts';
import { GitRepository } from './git/repository.ts';
import { Signing, type Verification } from './git/signing.ts';
import { Downloads } from './http/downloads.ts';
import { Faults } from './http/faults.ts';
import { RateLimits } from './http/rate-limits.ts';
import { RequestLog } from './http/request-log.ts';
import { Locks } from './locks.ts';
import { Changes } from './recent-changes.ts';
import { Rules } from './refs/rules.ts';
import { type Run, RunStore } from './store/runs.ts';
import { GLOBAL, Store } from './store/store.ts';
import type { Account, Repository } from './store/types.ts';
import type { Urls } from './urls.ts';

export interface Listeners {
  /** Called with each event in order, after the change is durable. */
  onEvent?: (event: HubEvent) => void;
  /** Called when a workflow file is to run again for the event that once started it. */
  onRerun?: (event: HubEvent, path: string) => void;
  /** Called with a run when one of its jobs has ended. */
  onJobEnd?: (core: Core, run: Run) => void;
}

interface CoreParts {
  dataDir: string;
  urls: Urls;
  signing: Signing;
  listeners: Listeners;
}

/** What the parts of the hub share. */
export class Core {
  readonly dataDir: string;
  readonly urls: Urls;
  readonly store: Store;
  readonly runs: RunStore;
  readonly accounts: Accounts;
  readonly rules: Rules;
  readonly signing: Signing;
  readonly downloads: Downloads;
  readonly events: Events;
  readonly faults = new Faults();
  readonly requests = new RequestLog();
  readonly locks = new Locks();
  readonly changes = new Changes();
  readonly limits = new RateLimits();
  readonly rerun: (event: HubEvent, path: string) => void;
  readonly #repositories = new Map<number, GitRepository>();

  private constructor({ dataDir, urls, signing, listeners }: CoreParts) {
    this.dataDir = dataDir;
    this.urls = urls;
    this.downloads = new Downloads(urls);
    this.signing = signing;
    this.store = new Store(dataDir);
    this.runs = new RunStore(this.store, dataDir, (run) => listeners.onJobEnd?.(this, run));
    this.accounts = new Accounts(this.store);
    this.rules = new Rules(this.store);
    this.rerun = listeners.onRerun ?? (() => undefined);
    this.events = new Events(this.store, listeners.onEvent);
    this.accounts.createUser({ login: 'web-flow', name: 'GitHub', email: 'noreply@github.com' });
    mkdirSync(this.assetDirectory, { recursive: true });
    mkdirSync(join(dataDir, 'repositories'), { recursive: true });
  }

  static async open(dataDir: string, urls: Urls, listeners: Listeners = {}): Promise<Core> {
    return new Core({ dataDir, urls, signing: await Signing.open(dataDir), listeners });
  }

  get assetDirectory(): string {
    return join(this.dataDir, 'assets');
  }

  /** Directories are named by id, so that the name of a repository never becomes a path. */
  gitDirectory(repository: Repository): string {
    return join(this.dataDir, 'repositories', `${repository.id}.git`);
  }

  git(repository: Repository): GitRepository {
    const open = this.#repositories.get(repository.id);
    if (open) return open;
    const opened = new GitRepository(this.gitDirectory(repository));
    this.#repositories.set(repository.id, opened);
    return opened;
  }

  /** Creates the bare repository. One that a killed hub left without its record is reused. */
  async createGit(repository: Repository): Promise<void> {
    const directory = this.gitDirectory(repository);
    if (existsSync(join(directory, 'config'))) return;
    this.#repositories.set(repository.id, await GitRepository.create(directory, repository.defaultBranch));
  }

  removeGit(repository: Repository): void {
    this.git(repository).remove();
    this.#repositories.delete(repository.id);
  }

  /** The account of an address, as GitHub links commits to accounts: by its own address or its no-reply address. */
  accountByEmail(email: string): Account | undefined {
    const address = email.toLowerCase();
    const login = /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(address)?.[1];
    const byLogin = login === undefined ? undefined : this.store.account(login);
    return byLogin ?? this.store.accounts.all().find((account) => account.email.toLowerCase() === address);
  }

  getAccount(login: string): Account {
    const account = this.store.account(login);
    if (!account) throw new Error(`the account ${login} does not exist`);
    return account;
  }

  verify(repository: Repository, commit: Commit): Promise<Verification> {
    return this.signing.verify(this.gitDirectory(repository), commit);
  }

  isAdmin(actor: Actor, repository: Repository): boolean {
    return this.accounts.may(actor, repository, ['administration', 'write']);
  }

  repositories(): Repository[] {
    return this.store.repositories.list(GLOBAL);
  }

  close(): void {
    for (const repository of this.#repositories.values()) repository.close();
    this.store.close();
  }
}
