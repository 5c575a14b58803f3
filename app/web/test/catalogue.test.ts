import { describe, expect, it } from '@jest/globals';
import type { Product } from '../../lib/product.ts';
import { Catalogue, type ProductSource } from '../src/catalogue.ts';

const mug: Product = { id: 'mug', name: 'Mug', description: 'Holds tea.', priceCents: 1490 };
const pen: Product = { id: 'pen', name: 'Pen', description: 'Writes.', priceCents: 460 };

/** A source that can be switched off, counts its loads and can make its callers wait. */
class FakeSource implements ProductSource {
  products: Product[] = [mug];
  up = true;
  asked = 0;
  gate: Promise<void> = Promise.resolve();

  async load(): Promise<Product[]> {
    this.asked += 1;
    await this.gate;
    if (!this.up) throw new Error('connection refused');
    return this.products;
  }
}

const create = () => {
  const source = new FakeSource();
  const clock = { ms: 0 };
  const failures: unknown[] = [];
  const catalogue = new Catalogue(source, {
    freshMs: 1000,
    now: () => clock.ms,
    onFailure: (error) => failures.push(error),
  });
  return { source, clock, failures, catalogue };
};

describe('Catalogue', () => {
  it('loads once for all concurrent callers that need a first copy', async () => {
    const { source, catalogue } = create();
    const listings = await Promise.all([catalogue.listing(), catalogue.listing(), catalogue.reasonNotReady()]);
    expect(listings).toEqual([{ products: [mug], outdated: false }, { products: [mug], outdated: false }, undefined]);
    expect(source.asked).toBe(1);
  });

  it('shows a fresh copy without loading, and loads an older one again', async () => {
    const { source, clock, catalogue } = create();
    await catalogue.listing();
    source.products = [pen];
    clock.ms = 999;
    expect(await catalogue.listing()).toEqual({ products: [mug], outdated: false });
    clock.ms = 1000;
    expect(await catalogue.listing()).toEqual({ products: [pen], outdated: false });
    expect(source.asked).toBe(2);
  });

  it('has no products, and is not ready, until the source has been reached', async () => {
    const { source, catalogue, failures } = create();
    source.up = false;
    expect(await catalogue.listing()).toBeUndefined();
    expect(await catalogue.reasonNotReady()).toBe('no products yet: api does not respond');
    expect(catalogue.ageSeconds()).toBeNaN();
    expect(failures).toEqual([new Error('connection refused')]);
  });

  it('comes up when the source does', async () => {
    const { source, clock, catalogue } = create();
    source.up = false;
    await catalogue.reasonNotReady();
    source.up = true;
    clock.ms = 1000;
    expect(await catalogue.reasonNotReady()).toBeUndefined();
  });

  it('shows its last copy as outdated while the source is down, and stays ready however long that lasts', async () => {
    const { source, clock, catalogue } = create();
    await catalogue.listing();
    source.up = false;
    clock.ms = 86_400_000;
    expect(await catalogue.listing()).toEqual({ products: [mug], outdated: true });
    expect(await catalogue.reasonNotReady()).toBeUndefined();
    expect(catalogue.ageSeconds()).toBe(86_400);
  });

  it('does not try a source that failed again for a while', async () => {
    const { source, clock, catalogue } = create();
    source.up = false;
    await catalogue.listing();
    clock.ms = 999;
    await catalogue.listing();
    expect(source.asked).toBe(1);
    clock.ms = 1000;
    await catalogue.listing();
    expect(source.asked).toBe(2);
  });

  it('is fresh again once the source is back', async () => {
    const { source, clock, catalogue } = create();
    await catalogue.listing();
    source.up = false;
    clock.ms = 5000;
    await catalogue.listing();
    source.up = true;
    clock.ms = 6000;
    expect(await catalogue.listing()).toEqual({ products: [mug], outdated: false });
  });

  it('never loads for a readiness check once it has a copy', async () => {
    const { source, clock, catalogue } = create();
    await catalogue.listing();
    clock.ms = 60_000;
    await catalogue.reasonNotReady();
    expect(source.asked).toBe(1);
  });
});
