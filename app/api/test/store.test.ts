import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SEED } from '../src/seed.ts';
import { Store } from '../src/store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shop-store-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('Store', () => {
  it('returns what it was seeded with, in order', () => {
    const store = Store.open(directory, SEED);
    expect(store.all()).toEqual(SEED);
    store.close();
  });

  it.each(SEED)('finds $id', (product) => {
    const store = Store.open(directory, SEED);
    expect(store.find(product.id)).toEqual(product);
    store.close();
  });

  it.each(['', 'nothing', "' OR 1=1 --"])('finds nothing under %j', (id) => {
    const store = Store.open(directory, SEED);
    expect(store.find(id)).toBeUndefined();
    store.close();
  });

  it('starts from scratch when an earlier container left a file', () => {
    Store.open(directory, SEED).close();
    const store = Store.open(directory, SEED.slice(1));
    expect(store.all()).toEqual(SEED.slice(1));
    store.close();
  });

  it('names the file and the setting when it cannot be created', () => {
    expect(() => Store.open(join(directory, 'missing'), SEED)).toThrow(
      /missing\/products\.db cannot be created.*DATA_DIR/,
    );
  });

  it('does not use a file of another program', async () => {
    await writeFile(join(directory, 'products.db'), 'this is a letter to my grandmother, not a database');
    expect(() => Store.open(directory, SEED)).toThrow(/cannot be created/);
  });
});

describe('the seed', () => {
  it('has unique ids that are words with dashes', () => {
    expect(SEED.filter(({ id }) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
    expect(new Set(SEED.map(({ id }) => id)).size).toBe(SEED.length);
  });
});
