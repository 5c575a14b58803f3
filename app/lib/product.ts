/** A product as `api` serves it and `web` shows it. */
export interface Product {
  /** Lower-case words with dashes; part of its address. */
  id: string;
  name: string;
  description: string;
  /** In hundredths of a euro, so that no sum is rounded. */
  priceCents: number;
}

/** @throws when the answer of `api` is not a list of products: a page must not be made from half of one. */
export function parseProducts(answer: unknown): Product[] {
  if (!isRecord(answer) || !Array.isArray(answer.products)) throw new TypeError('api did not answer with products');
  return answer.products.map(parseProduct);
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
