import { Hono } from 'hono';
import type { Product } from '../../lib/product.ts';

/** The part of the store that the routes need. */
export interface Products {
  all(): Product[];
  find(id: string): Product | undefined;
}

export function createRoutes(products: Products): Hono {
  const routes = new Hono();
  routes.get('/products', (c) => c.json({ products: products.all() }));
  routes.get('/products/:id', (c) => {
    const id = c.req.param('id');
    const product = products.find(id);
    return product === undefined ? c.json({ error: `product ${id} does not exist` }, 404) : c.json(product);
  });
  return routes;
}

/** Reads the store, so that a lost or damaged file takes this replica out of service. */
export async function storeReady(products: Products): Promise<string | undefined> {
  return products.all().length === 0 ? 'the store contains no products' : undefined;
}
