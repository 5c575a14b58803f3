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
  it('gives back what it was seeded with, in order', () => {
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

  it('starts anew from a file that an earlier container left', () => {
    Store.open(directory, SEED).close();
    const store = Store.open(directory, SEED.slice(1));
    expect(store.all()).toEqual(SEED.slice(1));
    store.close();
  });

  it('names the file and the setting when it cannot be made', () => {
    expect(() => Store.open(join(directory, 'missing'), SEED)).toThrow(
      /missing\/products\.db cannot be made.*DATA_DIR/,
    );
  });

  it('does not take a file of something else for its own', async () => {
    await writeFile(join(directory, 'products.db'), 'this is a letter to my grandmother, not a database');
    expect(() => Store.open(directory, SEED)).toThrow(/cannot be made/);
  });
});

describe('the seed', () => {
  it('has ids that are words with dashes, each once', () => {
    expect(SEED.filter(({ id }) => !/^[a-z]+(-[a-z]+)*$/.test(id))).toEqual([]);
    expect(new Set(SEED.map(({ id }) => id)).size).toBe(SEED.length);
  });
});
