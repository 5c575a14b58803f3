import { type Collection, Database } from './database.ts';
import type {
  Account,
  Asset,
  Collaborator,
  Label,
  Pull,
  Release,
  Repository,
  Ruleset,
  Token,
  Variable,
} from './types.ts';

/** The scope of documents that belong to no repository. */
export const GLOBAL = '';

/** All collections of the hub. From `pulls` on, their scope is the id of a repository. */
export class Store {
  readonly database: Database;
  /** By login in lower case. */
  readonly accounts: Collection<Account>;
  readonly tokens: Collection<Token>;
  /** By `owner/name` in lower case. */
  readonly repositories: Collection<Repository>;
  readonly pulls: Collection<Pull>;
  readonly collaborators: Collection<Collaborator>;
  readonly labels: Collection<Label>;
  readonly releases: Collection<Release>;
  readonly assets: Collection<Asset>;
  /** The tags of published immutable releases, by `owner/name` in lower case. */
  readonly lockedTags: Collection<string>;
  readonly rulesets: Collection<Ruleset>;
  readonly variables: Collection<Variable>;
  readonly secrets: Collection<Variable>;

  constructor(dataDir: string) {
    this.database = new Database(dataDir);
    this.accounts = this.database.collection('accounts');
    this.tokens = this.database.collection('tokens');
    this.repositories = this.database.collection('repositories');
    this.pulls = this.database.collection('pulls');
    this.collaborators = this.database.collection('collaborators');
    this.labels = this.database.collection('labels');
    this.releases = this.database.collection('releases');
    this.assets = this.database.collection('assets');
    this.lockedTags = this.database.collection('lockedTags');
    this.rulesets = this.database.collection('rulesets');
    this.variables = this.database.collection('variables');
    this.secrets = this.database.collection('secrets');
  }

  /** A new id, unique in the hub. */
  nextId(): number {
    return this.database.next('id', 1001);
  }

  /** The next number of a pull request of a repository. */
  nextNumber(repository: Repository): number {
    return this.database.next(`number:${repository.id}`);
  }

  repository(owner: string, name: string): Repository | undefined {
    return this.repositories.get(GLOBAL, `${owner}/${name}`.toLowerCase());
  }

  repositoryById(id: number): Repository | undefined {
    return this.repositories.all().find((repository) => repository.id === id);
  }

  saveRepository(repository: Repository): Repository {
    return this.repositories.put(GLOBAL, `${repository.owner}/${repository.name}`.toLowerCase(), repository);
  }

  account(login: string): Account | undefined {
    return this.accounts.get(GLOBAL, login.toLowerCase());
  }

  /** Deletes a repository and everything that belongs to it. */
  removeRepository(repository: Repository): void {
    this.database.transaction(() => {
      this.repositories.remove(GLOBAL, `${repository.owner}/${repository.name}`.toLowerCase());
      const scoped: Collection<unknown>[] = [
        this.pulls,
        this.collaborators,
        this.labels,
        this.releases,
        this.assets,
        this.rulesets,
        this.variables,
        this.secrets,
      ];
      for (const collection of scoped) collection.removeScope(repository.id);
    });
  }

  close(): void {
    this.database.close();
  }
}

/** The current time as GitHub writes it, without fractions of a second. */
export function now(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
