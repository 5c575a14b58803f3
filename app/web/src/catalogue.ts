import type { Product } from '../../lib/product.ts';

/** Where the products come from. */
export interface ProductSource {
  /** @throws if the products cannot be loaded in time */
  load(): Promise<Product[]>;
}

export interface Listing {
  products: readonly Product[];
  /** The source cannot be reached at the moment; these are the products that it returned last. */
  outdated: boolean;
}

interface Copy {
  products: readonly Product[];
  loadedAt: number;
}

/**
 * The products that this replica loaded last. A copy younger than `freshMs` is shown without loading; an older one is
 * loaded again, with one request for all callers. If that fails, the old copy is shown, and the source is not tried
 * again for another `freshMs`.
 *
 * So the replica is ready once it has a copy, and stays ready while `api` is down: all replicas would lose `api` at the
 * same moment, and serving no page is worse than serving yesterday's prices. A replica that has never reached `api` (a
 * wrong address, a broken release) never becomes ready, and stops the rollout. The metric `shop_catalogue_age_seconds`
 * is the age of the copy.
 */
export class Catalogue {
  readonly #source: ProductSource;
  readonly #freshMs: number;
  readonly #now: () => number;
  readonly #onFailure: (error: unknown) => void;
  #copy: Copy | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;
  #loading: Promise<void> | undefined;

  constructor(
    source: ProductSource,
    options: { freshMs: number; now: () => number; onFailure: (error: unknown) => void },
  ) {
    this.#source = source;
    this.#freshMs = options.freshMs;
    this.#now = options.now;
    this.#onFailure = options.onFailure;
  }

  /** The products to show, or undefined if none have been loaded yet. */
  async listing(): Promise<Listing | undefined> {
    if (!this.#isFresh() && !this.#failedJustNow()) await this.#load();
    return this.#copy && { products: this.#copy.products, outdated: !this.#isFresh() };
  }

  /** Why this replica has nothing to show, or undefined if it has. */
  async reasonNotReady(): Promise<string | undefined> {
    if (this.#copy !== undefined) return undefined;
    return (await this.listing()) === undefined ? 'no products yet: api does not respond' : undefined;
  }

  /** NaN while there is no copy. */
  ageSeconds(): number {
    return this.#copy === undefined ? Number.NaN : (this.#now() - this.#copy.loadedAt) / 1000;
  }

  #isFresh(): boolean {
    return this.#copy !== undefined && this.#now() - this.#copy.loadedAt < this.#freshMs;
  }

  #failedJustNow(): boolean {
    return this.#now() - this.#failedAt < this.#freshMs;
  }

  #load(): Promise<void> {
    this.#loading ??= this.#loadOnce().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  async #loadOnce(): Promise<void> {
    try {
      const products = await this.#source.load();
      this.#copy = { products, loadedAt: this.#now() };
    } catch (error) {
      this.#failedAt = this.#now();
      this.#onFailure(error);
    }
  }
}
