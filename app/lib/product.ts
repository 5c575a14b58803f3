/** A product as `api` serves it and `web` shows it. */
export interface Product {
  /** Lower-case words with dashes; part of its URL. */
  id: string;
  name: string;
  description: string;
  /** In euro cents, so that no sum is rounded. */
  priceCents: number;
}

/** @throws if the response of `api` is not a list of products: a page must not show only some of them */
export function parseProducts(body: unknown): Product[] {
  if (!isRecord(body) || !Array.isArray(body.products))
    throw new TypeError('the response of api has no list of products');
  return body.products.map(parseProduct);
}

function parseProduct(value: unknown, index: number): Product {
  if (!isRecord(value)) throw new TypeError(`product ${index} is not an object`);
  const { id, name, description, priceCents } = value;
  if (typeof id !== 'string' || typeof name !== 'string' || typeof description !== 'string') {
    throw new TypeError(`product ${index} lacks an id, a name or a description`);
  }
  if (typeof priceCents !== 'number' || !Number.isSafeInteger(priceCents) || priceCents < 0) {
    throw new TypeError(`product ${index} has no price in whole cents`);
  }
  return { id, name, description, priceCents };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
