import { type Product, parseProducts } from '../../lib/product.ts';
import type { ProductSource } from './catalogue.ts';

/** The products as `api` serves them. */
export class Api implements ProductSource {
  readonly #products: URL;
  readonly #timeoutMs: number;

  /** @param address with or without a path, to which `products` is added */
  constructor(address: URL, timeoutMs: number) {
    this.#products = new URL('products', address.href.replace(/\/?$/, '/'));
    this.#timeoutMs = timeoutMs;
  }

  async load(): Promise<Product[]> {
    const response = await fetch(this.#products, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(this.#timeoutMs),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`api responded with ${response.status}`);
    }
    return parseProducts(await response.json());
  }
}
