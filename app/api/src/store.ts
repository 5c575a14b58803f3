import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Product } from '../../lib/product.ts';

const FILE_NAME = 'products.db';

/**
 * The products in a SQLite file. Each start of the process seeds the file again, in one transaction, so that neither a
 * crash in between nor a file left by an earlier container in the same pod does any harm.
 */
export class Store {
  readonly #database: DatabaseSync;
  readonly #all: StatementSync;
  readonly #one: StatementSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
    this.#all = database.prepare('SELECT id, name, description, priceCents FROM products ORDER BY position');
    this.#one = database.prepare('SELECT id, name, description, priceCents FROM products WHERE id = ?');
  }

  /** @throws if the directory is not writable; the error names it */
  static open(directory: string, products: readonly Product[]): Store {
    const file = join(directory, FILE_NAME);
    try {
      seed(file, products);
      return new Store(new DatabaseSync(file, { readOnly: true }));
    } catch (error) {
      throw new Error(`the store ${file} cannot be created: is DATA_DIR a writable directory?`, { cause: error });
    }
  }

  all(): Product[] {
    return this.#all.all().map(toProduct);
  }

  find(id: string): Product | undefined {
    const row = this.#one.get(id);
    return row && toProduct(row);
  }

  close(): void {
    this.#database.close();
  }
}

function seed(file: string, products: readonly Product[]): void {
  const database = new DatabaseSync(file);
  try {
    database.exec(`
      BEGIN IMMEDIATE;
      DROP TABLE IF EXISTS products;
      CREATE TABLE products (
        id TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        description TEXT NOT NULL,
        priceCents INTEGER NOT NULL CHECK (priceCents >= 0)
      ) STRICT;
    `);
    const insert = database.prepare(
      'INSERT INTO products (id, position, name, description, priceCents) VALUES (?, ?, ?, ?, ?)',
    );
    for (const [position, { id, name, description, priceCents }] of products.entries()) {
      insert.run(id, position, name, description, priceCents);
    }
    database.exec('COMMIT');
  } finally {
    database.close();
  }
}

/** The table is STRICT and its columns are NOT NULL, so the types hold. */
function toProduct(row: Record<string, unknown>): Product {
  const { id, name, description, priceCents } = row as unknown as Product;
  return { id, name, description, priceCents };
}
