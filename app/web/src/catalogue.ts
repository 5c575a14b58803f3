import type { Product } from '../../lib/product.ts';

/** Where the products come from. */
export interface ProductSource {
  /** @throws when the products cannot be had in time. */
  load(): Promise<Product[]>;
}

export interface Listing {
  products: readonly Product[];
  /** The source could not be asked just now; these are the products it gave last. */
  outdated: boolean;
}

interface Copy {
  products: readonly Product[];
  loadedAt: number;
}

/**
 * The products as this replica last got them. A copy younger than `freshMs` is shown as it is; an older one is loaded
 * again, by one request for all that wait. When that fails the old copy is shown, and the source is left alone for
 * another `freshMs`.
 *
 * So the replica is ready once it has a first copy, and stays ready when `api` is away: every replica would lose `api`
 * at the same moment, and no web at all is worse than yesterday's prices. A replica that has never reached `api`
 * (a wrong address, a broken release) never becomes ready, and a rollout stops there. How old the copy is shows in
 * the metric `shop_catalogue_age_seconds`.
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

  /** What to show, or undefined when nothing has ever been loaded. */
  async listing(): Promise<Listing | undefined> {
    if (!this.#isFresh() && !this.#failedJustNow()) await this.#load();
    return this.#copy && { products: this.#copy.products, outdated: !this.#isFresh() };
  }

  /** Why this replica has nothing to show, or undefined when it has. */
  async missing(): Promise<string | undefined> {
    if (this.#copy !== undefined) return undefined;
    return (await this.listing()) === undefined ? 'no products yet: api does not answer' : undefined;
  }

  /** NaN as long as there is no copy. */
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
