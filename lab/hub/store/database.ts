import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (
    collection TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (collection, scope, id)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sequence (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
`;

/** The hub's state in one SQLite file. When a write returns, it survives a kill of the process. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #next: StatementSync;

  constructor(dataDir: string) {
    mkdirSync(dataDir, { recursive: true });
    this.#db = new DatabaseSync(join(dataDir, 'hub.sqlite'));
    // Write-ahead logging keeps writes when the process is killed, without a disk sync per write.
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
    this.#db.exec(SCHEMA);
    this.#next = this.#db.prepare(
      'INSERT INTO sequence (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value',
    );
  }

  /** The next number of a named sequence, never the same twice. */
  next(name: string, first = 1): number {
    return (this.#next.get(name, first) as { value: number }).value;
  }

  collection<T>(name: string): Collection<T> {
    return new Collection<T>(this.#db, name);
  }

  /** Applies all of `work` or nothing. `work` must be synchronous. */
  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#db.close();
  }
}

type Key = string | number;

/** Documents of one kind, each with an id that is unique in its scope, such as a repository. */
export class Collection<T> {
  readonly #name: string;
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #all: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #removeScope: StatementSync;

  constructor(db: DatabaseSync, name: string) {
    this.#name = name;
    this.#get = db.prepare('SELECT body FROM documents WHERE collection = ? AND scope = ? AND id = ?');
    this.#list = db.prepare('SELECT body FROM documents WHERE collection = ? AND scope = ? ORDER BY rowid');
    this.#all = db.prepare('SELECT body FROM documents WHERE collection = ? ORDER BY rowid');
    this.#put = db.prepare(
      'INSERT INTO documents (collection, scope, id, body) VALUES (?, ?, ?, ?) ' +
        'ON CONFLICT (collection, scope, id) DO UPDATE SET body = excluded.body',
    );
    this.#remove = db.prepare('DELETE FROM documents WHERE collection = ? AND scope = ? AND id = ?');
    this.#removeScope = db.prepare('DELETE FROM documents WHERE collection = ? AND scope = ?');
  }

  get(scope: Key, id: Key): T | undefined {
    const row = this.#get.get(this.#name, String(scope), String(id)) as { body: string } | undefined;
    return row && (JSON.parse(row.body) as T);
  }

  /** The documents of a scope, in the order in which they were created. */
  list(scope: Key): T[] {
    return this.#list.all(this.#name, String(scope)).map((row) => JSON.parse(row.body as string) as T);
  }

  all(): T[] {
    return this.#all.all(this.#name).map((row) => JSON.parse(row.body as string) as T);
  }

  put(scope: Key, id: Key, document: T): T {
    this.#put.run(this.#name, String(scope), String(id), JSON.stringify(document));
    return document;
  }

  remove(scope: Key, id: Key): boolean {
    return this.#remove.run(this.#name, String(scope), String(id)).changes > 0;
  }

  removeScope(scope: Key): void {
    this.#removeScope.run(this.#name, String(scope));
  }
}
